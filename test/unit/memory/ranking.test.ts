/** What search finds beside the words of a memory itself, and that it stays right when memories come and go. */
import "fake-indexeddb/auto";
import type { LLM, Memory, SearchResult } from "keepsake";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

const ALICE = { userId: "alice" };

const CHAT = [
  "Which instrument do you practise, then?",
  "The one from grandfather, every evening",
  "Lovely. And what about the weekend?",
  "We paddle down the river",
  "In any weather?",
  "Only when it is warm",
  "Sounds fine to me",
];

beforeEach(freshDatabase);

async function tell(memory: Memory, contents: string[], scope: object = ALICE): Promise<string[]> {
  const messages = contents.map((content) => ({ role: "user" as const, content }));
  const { results } = await memory.add(messages, { ...scope, infer: false });
  return results.map(({ id }) => id ?? "");
}

/** What words or their surroundings speak for; hash vectors alone always find something. */
async function found(memory: Memory, query: string, scope: object = ALICE): Promise<string[]> {
  const { results } = await memory.search(query, { ...scope, explain: true });
  return texts({ results: results.filter(({ parts }) => parts && parts.words + parts.surroundings > 0) });
}

describe("neighbors", () => {
  it("an answer is found by the words of its question", async () => {
    const memory = openMemory();
    await tell(memory, CHAT);
    expect((await found(memory, "instrument practise")).slice(0, 2)).toEqual([CHAT[0], CHAT[1]]);
  });

  it("adds that follow each other stand next to each other, those of another scope do not", async () => {
    const memory = openMemory();
    await tell(memory, [CHAT[0]!]);
    await tell(memory, ["Something else entirely"], { userId: "bob" });
    await tell(memory, ["Something of another run"], { ...ALICE, runId: "r" });
    await tell(memory, [CHAT[1]!]);
    expect(await found(memory, "practise")).toEqual([CHAT[0], CHAT[1]]);
  });

  it("INV-5: follow update and delete, and are the same after a reload and in another tab", async () => {
    const memory = openMemory();
    const otherTab = openMemory();
    const ids = await tell(memory, CHAT);
    const all = (): Promise<SearchResult[][]> =>
      Promise.all(
        [memory, otherTab, openMemory()].map(
          async (tab) => (await tab.search("practise weather", { ...ALICE, explain: true })).results,
        ),
      );
    for (const change of [
      async () => undefined,
      () => memory.update(ids[0]!, "Which boat do you have, then?"),
      () => otherTab.update(ids[2]!, { metadata: { seen: true } }),
      () => memory.delete(ids[4]!),
      () => tell(otherTab, ["Do you practise that?", "Yes, the eskimo roll"]),
    ]) {
      await change();
      const [here, there, fresh] = await all();
      expect(there).toEqual(here);
      expect(fresh).toEqual(here);
    }
    // The question is another one now, its neighbors no longer answer the old one, and the new answer is last.
    expect((await found(memory, "practise")).slice(0, 2)).toEqual(["Do you practise that?", "Yes, the eskimo roll"]);
    expect(await found(memory, "practise")).not.toContain(CHAT[1]);
    expect(await found(memory, "boat")).toContain(CHAT[1]);
    expect(await found(memory, "weather")).toEqual([]);
  });

  it("metadata can be changed without losing the place", async () => {
    const memory = openMemory();
    const [question] = await tell(memory, CHAT);
    const before = await found(memory, "practise");
    await memory.update(question!, { metadata: { read: true } });
    expect(await found(memory, "practise")).toEqual(before);
  });
});

describe("cues", () => {
  const messages = [
    { role: "user" as const, content: "Guess what: on Thursdays I sing in the basement of St. Mary's again!" },
    { role: "assistant" as const, content: "Wonderful, good for you." },
  ];
  const llm: LLM = async ({ purpose }) =>
    purpose === "extract"
      ? JSON.stringify({ facts: [{ text: "User sings in a choir" }] })
      : JSON.stringify({ decisions: [] });

  it("a memory is found by the words of the message it was drawn from", async () => {
    const memory = openMemory({ llm });
    await memory.add(messages, ALICE);
    expect(await found(memory, "What happens in the basement?")).toEqual(["User sings in a choir"]);
    expect(await found(openMemory(), "What happens in the basement?")).toEqual(["User sings in a choir"]);
  });

  it("are no part of what is given out", async () => {
    const memory = openMemory({ llm });
    await memory.add(messages, ALICE);
    const { results } = await memory.getAll(ALICE);
    expect(results).toHaveLength(1);
    expect(results[0]).not.toHaveProperty("cues");
    expect((await memory.search("basement", ALICE)).results[0]).not.toHaveProperty("cues");
  });

  it("go when the app changes the text, and stay when it changes something else", async () => {
    const memory = openMemory({ llm });
    await memory.add(messages, ALICE);
    const [item] = (await memory.getAll(ALICE)).results;
    await memory.update(item!.id, { metadata: { read: true } });
    expect(await found(memory, "basement")).toHaveLength(1);
    await memory.update(item!.id, "User plays football");
    expect(await found(memory, "basement")).toEqual([]);
  });

  it("are not kept where the messages are not kept", async () => {
    const memory = openMemory({ llm });
    await memory.add(messages, { ...ALICE, retention: "none" });
    expect(await found(memory, "basement")).toEqual([]);
    expect(await found(memory, "choir")).toHaveLength(1);
  });
});

describe("kinds and names", () => {
  it("a question for a kind of thing finds the things", async () => {
    const memory = openMemory();
    await tell(memory, ["Plays the cello", "Works in a bank", "Reads the news"], { userId: "kim" });
    expect((await found(memory, "Which instruments?", { userId: "kim" }))[0]).toBe("Plays the cello");
  });

  it("a question in American spelling finds what was said in British, and the other way round", async () => {
    const memory = openMemory();
    await tell(memory, ["My favourite colour is teal", "The community center is closed", "Tea is fine", "Mum sings"]);
    expect((await found(memory, "what is my favorite color?"))[0]).toBe("My favourite colour is teal");
    expect((await found(memory, "is the centre closed?"))[0]).toBe("The community center is closed");
    expect(await found(memory, "what does my mother do?")).toContain("Mum sings");
  });

  it("how old somebody is finds an age that was said as a bare number", async () => {
    const memory = openMemory();
    for (const said of ["I'm 31.", "I like tea.", "I work at Acme."]) await memory.add(said, ALICE);
    expect((await found(memory, "How old am I?"))[0]).toBe("User is 31 years old");
  });

  it("among equals, what somebody said comes before what is said to her", async () => {
    const memory = openMemory();
    await tell(memory, ["Ann: Hello there", "Ben: Nice shoes, Ann!", "Ann: Nice shoes, Ben!", "Ben: Good bye"]);
    expect((await found(memory, "What did Ann say about shoes?"))[0]).toBe("Ann: Nice shoes, Ben!");
    expect((await found(memory, "What did Ben say about shoes?"))[0]).toBe("Ben: Nice shoes, Ann!");
  });

  it("tells names apart that have one stem, and knows one that is a stop word", async () => {
    const memory = openMemory();
    await tell(memory, ["William has a boat", "Williams has a boat", "William is tall", "Williams is tall"]);
    await tell(memory, ["Ben likes tea", "Ben works in a bank", "Will likes rum", "Will works in IT"]);
    for (const [query, best] of [
      ["Does William have a boat?", "William has a boat"],
      ["Does Williams have a boat?", "Williams has a boat"],
      ["What does Will like?", "Will likes rum"],
      ["Who works in IT?", "Will works in IT"],
    ] as const) {
      expect((await found(memory, query))[0], query).toBe(best);
    }
  });

  it("knows by the message's name who spoke", async () => {
    const memory = openMemory();
    const said = ["Good morning", "I like the park", "Good night"].flatMap((content) =>
      ["Ann", "Ben"].map((name) => ({ role: "user" as const, name, content })),
    );
    await memory.add(said, { ...ALICE, infer: false });
    const first = async (query: string): Promise<string | undefined> =>
      (await memory.search(query, ALICE)).results[0]?.actor;
    expect([await first("Does Ann like the park?"), await first("Does Ben like the park?")]).toEqual(["Ann", "Ben"]);
  });
});

it("a memory that is the query itself comes first, whatever stands around another", async () => {
  const memory = openMemory();
  const filler = [
    "A long walk along the northern shore with everybody",
    "Nothing else happened on that whole long day",
  ];
  await tell(memory, [filler[0]!, "I like tea", filler[1]!, filler[0]!, filler[1]!]);
  await tell(memory, ["Tea?", "Tea, I like it too, you know", "Tea or tea?", "I like, like tea!", "Tea!"]);
  const { results } = await memory.search("i like tea.", { ...ALICE, explain: true });
  expect(results[0]).toMatchObject({ memory: "I like tea" });
  expect(results[0]!.score).toBeCloseTo(1, 6);
  expect(results[0]!.parts?.surroundings).toBeCloseTo(0, 6);
});

describe("explain", () => {
  it("a memory that is the best by words and meaning together is found at any topK, however many are better by words", async () => {
    // A model for which the story is what is asked for, and the notes are half as near.
    const near = (text: string): Float32Array => {
      const cosine = text === "tea" ? 1 : text.includes("story") ? 0.9 : text.startsWith("tea") ? 0.5 : 0;
      return Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine));
    };
    const embedder = { space: "toy", dims: 2, embed: async (asked: readonly string[]) => asked.map(near) };
    const memory = openMemory({ embedder });
    const story = "tea with a very long story about a journey to the mountains and back again";
    const notes = Array.from({ length: 80 }, (_, i) => `tea n${i}`);
    await tell(memory, [story, "bread", "salt", "soap", ...notes]);
    for (const topK of [1, 5, 16, 17, 30]) {
      const { results } = await memory.search("tea", { ...ALICE, topK });
      expect(results[0]?.memory, `topK ${topK}`).toBe(story);
    }
  });

  it("gives the parts of every score, which sum up to it; without it there are none", async () => {
    const memory = openMemory();
    await tell(memory, CHAT);
    await tell(memory, ["Ann: The river is cold", "Ann: I practise in the rain", "Ben: Which river?"]);
    for (const query of ["river", "What does Ann practise in the rain?", "weekend weather", "zzz"]) {
      const { results } = await memory.search(query, { ...ALICE, explain: true });
      for (const { parts, score } of results) {
        expect(Object.keys(parts ?? {}).sort()).toEqual(["meaning", "person", "surroundings", "time", "words"]);
        const values = Object.values(parts ?? {});
        expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(score, 10);
      }
    }
    const plain = (await memory.search("river", ALICE)).results;
    expect(plain.every((result) => !("parts" in result))).toBe(true);
  });

  it("tells words of the memory from words around it", async () => {
    const memory = openMemory();
    await tell(memory, ["Aunt Ida keeps bees", "Really, since when?", "Since she moved"]);
    const { results } = await memory.search("bees", { ...ALICE, explain: true });
    const [own, around] = results;
    expect(own?.memory).toBe("Aunt Ida keeps bees");
    expect(own?.parts?.words).toBeGreaterThan(0);
    expect(own?.parts?.surroundings).toBeCloseTo(0, 10);
    expect(around?.parts?.words).toBe(0);
    expect(around?.parts?.surroundings).toBeGreaterThan(0);
  });
});

it("scripts without spaces: an answer is found by the words of its question", async () => {
  const memory = openMemory();
  await tell(memory, ["你喜欢什么乐器？", "小时候学的大提琴", "周末呢？", "去河边划船"]);
  expect((await found(memory, "乐器")).slice(0, 2)).toEqual(["你喜欢什么乐器？", "小时候学的大提琴"]);
});
