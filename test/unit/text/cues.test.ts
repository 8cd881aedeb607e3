import { describe, expect, it } from "vitest";
import { cueFinder } from "../../../src/text/cues.ts";

describe("cueFinder", () => {
  const chat = [
    "Guess what, I finally sing again!",
    "How nice, where?",
    "In the choir of St. Mary's, every Thursday",
    "I'd rather sleep on Thursdays",
  ];

  it("gives the words of the message that a fact shares most with, without its own", () => {
    expect(cueFinder(chat)("User sings in a choir on Thursdays")).toBe("st mary every");
  });

  it("takes forms of a word for the word", () => {
    expect(cueFinder(["We went hiking", "Rain again"])("User goes on a hike with friends")).toBeUndefined();
  });

  it("gives none where nothing is shared", () => {
    expect(cueFinder(chat)("User has a cat")).toBeUndefined();
    expect(cueFinder([])("User has a cat")).toBeUndefined();
    expect(cueFinder(["", "?!"])("User has a cat")).toBeUndefined();
  });

  it("looks only among the messages that are named; a single one needs no shared word", () => {
    const find = cueFinder(chat);
    expect(find("User sings in a choir on Thursdays", [3])).toBe("rather sleep");
    expect(find("User has a cat", [3])).toBe("rather sleep thursdays");
    expect(find("User has a cat", [])).toBeUndefined();
  });

  it("takes of a long text only the lines around the fact", () => {
    const filler = (from: number): string => Array.from({ length: 60 }, (_, i) => `word${from + i}`).join(" ");
    const cues = cueFinder([`${filler(0)} my sister keeps bees ${filler(100)}`])("User's sister keeps bees");
    expect(cues?.split(" ").length).toBeLessThanOrEqual(50);
    expect(cues).toContain("word100");
    expect(cues).not.toContain("word0 ");
  });

  it("works in scripts without spaces", () => {
    expect(cueFinder(["我每天早上喝绿茶", "真好"])("用户喝绿茶")).toContain("早上");
  });
});
