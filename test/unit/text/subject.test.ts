import { expect, it } from "vitest";
import { leadingName } from "../../../src/text/subject.ts";

it.each([
  ["[9:15, 3 May] Ann Lee: I moved", "ann lee"],
  ["(Monday) Bob: hi", "bob"],
  ["Ann's cat is ill", "ann"],
  ["Zoë has a cat", "zoe"],
  ["bob: hi", "bob"],
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
