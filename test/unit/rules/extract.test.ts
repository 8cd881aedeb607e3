import { describe, expect, it } from "vitest";
import { extractByRules } from "../../../src/add/rules/index.ts";
import { heldOut, tune } from "../../fixtures/rules-probe.ts";
import { score, textsOf } from "./score.ts";

it("keeps the number on a badge", () => {
  expect(extractByRules([{ role: "user", content: "My badge number is 4711." }])).toMatchObject([
    { text: "User's badge number is 4711" },
  ]);
});

describe("extraction by rules, measured", () => {
  it("finds every fact of the probes it was tuned on, and nothing else", () => {
    expect(score(tune).wrong).toEqual([]);
  });

  it("keeps its precision and recall on probes it was not tuned on", () => {
    const { precision, recall } = score(heldOut);
    expect(precision).toBeGreaterThanOrEqual(0.95);
    expect(recall).toBeGreaterThanOrEqual(0.9);
  });
});

describe("extraction by rules", () => {
  it.each([
    ["I hate cilantro.", "User hates cilantro"],
    ["Call me Tommy.", "User goes by Tommy"],
    ["call me bob", "User goes by bob"],
    ["I'm 31.", "User is 31 years old"],
    ["I am 31 now", "User is 31 years old now"],
    ["I'm 31 years old", "User is 31 years old"],
    ["I'm 180 cm tall", "User is 180 cm tall"],
    ["we moved to Hamburg", "User moved to Hamburg"],
    ["let's use Postgres", "User decided to use Postgres"],
    ["Let’s not use MongoDB", "User decided not to use MongoDB"],
    ["Actually I'm not vegetarian any more", "User is not vegetarian any more"],
    ["Pizza is my favorite food", "User's favorite food is Pizza"],
    ["I have a dog and I walk him", "User has a dog"],
    ["My friends call me Jo", "User goes by Jo"],
    ["My name's Rob, nice to meet you!", "User's name is Rob"],
    ["I live in St. Louis.", "User lives in St. Louis"],
    ["My favorite author is Ursula K. Le Guin.", "User's favorite author is Ursula K. Le Guin"],
    ["I prefer short answers", "User prefers short answers"],
    ["Our team decided to use GraphQL", "User's team decided to use GraphQL"],
    ["I no longer live in Berlin", "User no longer lives in Berlin"],
  ])("takes %j as %j", (say, fact) => {
    expect(textsOf(say)).toEqual([fact]);
  });

  it("makes two facts of two statements in one sentence", () => {
    expect(textsOf("I'm not a big fan of thriller movies but I love sci-fi movies.")).toEqual([
      "User is not a big fan of thriller movies",
      "User loves sci-fi movies",
    ]);
    expect(textsOf("I'm John, a teacher from Ohio")).toEqual(["User's name is John", "User is a teacher from Ohio"]);
    expect(textsOf("My name is John, but call me Johnny")).toEqual(["User's name is John", "User goes by Johnny"]);
  });

  it("does not part what shares a verb", () => {
    expect(textsOf("I want to move to Berlin and work as a chef")).toEqual([
      "User wants to move to Berlin and work as a chef",
    ]);
    expect(textsOf("I love mac and cheese")).toEqual(["User loves mac and cheese"]);
    expect(textsOf("my wife and I are planning a trip to Bali")).toEqual([
      "User and their wife are planning a trip to Bali",
    ]);
  });

  it("speaks of the user in the third person", () => {
    expect(textsOf("I live with my parents")).toEqual(["User lives with their parents"]);
    expect(textsOf("I love the US because it has national parks")).toEqual([
      "User loves the US because it has national parks",
    ]);
    expect(textsOf("i study law and i’m from spain")).toEqual(["User studies law", "User is from spain"]);
  });

  it("names the speaker where the message does", () => {
    expect(textsOf("I love sci-fi movies", "Bob")).toEqual(["Bob loves sci-fi movies"]);
    expect(textsOf("My sister lives in Munich", "James")).toEqual(["James's sister lives in Munich"]);
    expect(textsOf("I love tea", "  ")).toEqual(["User loves tea"]);
    expect(textsOf("I love tea", "x\n: y".repeat(20))).toEqual(["User loves tea"]);
  });

  it("says when what was said first", () => {
    expect(textsOf("Last year, I visited Japan")).toEqual(["User visited Japan last year"]);
  });

  it.each([
    "Do I live in Berlin?",
    "I live in Berlin, right?",
    "If I lived in Paris I would eat croissants",
    "When I was a kid I loved pizza",
    "I might move to Spain",
    "I love it",
    "I love this song",
    "I love everything",
    "I like how simple Rust is",
    "Let's go with plan B",
    "I like the second option",
    "I moved there last year",
    "I have a list of cats to sort",
    "I run npm install every time",
    "I want to learn about closures",
    "My code is broken",
    "We are a team of five",
    "I'm running late",
    "I'm Sorry",
    "> I love cats",
    'She said "I love cats. I hate dogs."',
    "Rewrite this email: I love my job",
    "User: I love cats",
  ])("leaves out %j", (say) => {
    expect(textsOf(say)).toEqual([]);
  });

  it("leaves out what the assistant and the system say", () => {
    const content = "I love sci-fi movies. I live in Berlin.";
    expect(
      extractByRules([
        { role: "assistant", content },
        { role: "system", content },
      ]),
    ).toEqual([]);
  });

  it("answers a question next to a statement with the statement alone", () => {
    expect(textsOf("I'm vegetarian, what should I cook?")).toEqual(["User is vegetarian"]);
  });

  it("gives nothing for other languages", () => {
    for (const say of ["Vivo en Madrid y me encanta el vino", "我喜欢吃面条", "Я люблю чай", "Io abito a Roma"]) {
      expect(textsOf(say)).toEqual([]);
    }
  });

  it("tells the message, and that the rules found it", () => {
    const [fact] = extractByRules([
      { role: "assistant", content: "Where do you live?" },
      { role: "user", content: "I live in Berlin." },
    ]);
    const reason = "rules: an attribute in the user's own words";
    expect(fact).toEqual({ text: "User lives in Berlin", reason, source: 1 });
  });

  it("takes a statement once, at its last place", () => {
    const facts = extractByRules([
      { role: "user", content: "I love tea. I live in Berlin." },
      { role: "user", content: "I love tea!" },
    ]);
    expect(facts.map(({ text, source }) => [text, source])).toEqual([
      ["User lives in Berlin", 0],
      ["User loves tea", 1],
    ]);
  });
});
