import { expect, it } from "vitest";
import { asksAboutUser, leadingName } from "../../../src/text/subject.ts";

it.each([
  ["[9:15, 3 May] Ann Lee: I moved", "ann lee"],
  ["(Monday) Bob: hi", "bob"],
  ["Ann's cat is ill", "ann"],
  ["Zoë has a cat", "zoe"],
  ["bob: hi", "bob"],
  ["Will: hi", "will"],
  ["Will has a cat", "will"],
  ["Will he come?", ""],
  ["アン: こんにちは", "アン"],
  ["The cat is ill", ""],
  ["I moved to Kiel", ""],
  ["likes tea", ""],
  ["Note that this is a very long sentence about everything that I did today: tea", "note"],
  ["", ""],
  ["[unfinished Ann: hi", ""],
])("%j begins with the name %j", (text, names) => {
  expect(leadingName(text).join(" ")).toBe(names);
});

it("of somebody of the user's it is the name, where there is one", () => {
  expect(leadingName("User's sister Anna lives in Bonn")).toEqual(["anna"]);
  expect(leadingName("User's best friend Ben moved")).toEqual(["ben"]);
  expect(leadingName("User's name is Alice")).toEqual(["user"]);
  expect(leadingName("User's favorite city is Rome")).toEqual(["user"]);
});

it("who says I or me asks about the user; who says my asks about something of the user's", () => {
  expect(["Where do I live?", "tell me about me", "I"].map(asksAboutUser)).toEqual([true, true, true]);
  expect(["What does my sister do?", "Where does Ivy live?", "Chapter II"].map(asksAboutUser)).toEqual([
    false,
    false,
    false,
  ]);
});
