/** Search in languages other than English, end to end. */
import "fake-indexeddb/auto";
import type { Memory } from "keepsake";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

const ALICE = { userId: "alice" };

beforeEach(freshDatabase);

async function tell(memory: Memory, contents: string[]): Promise<void> {
  const messages = contents.map((content) => ({ role: "user" as const, content }));
  await memory.add(messages, { ...ALICE, infer: false });
}

/** What has a word of the query, or a form of one; best first. Hash vectors alone always find something. */
async function found(memory: Memory, query: string): Promise<string[]> {
  const { results } = await memory.search(query, { ...ALICE, explain: true });
  return texts({ results: results.filter(({ parts }) => parts && parts.words > 0) });
}

const GERMAN = [
  "Meine Schwester wohnte früher in einem Haus am See",
  "Im Garten steht ein Baum mit roten Äpfeln",
  "Der Hund ist mit dem Zug nach Köln gefahren",
  "Sie hat zwei Katzen und ein Pferd",
];

const FRENCH = [
  "Ma sœur a un cheval blanc et elle habite à la campagne",
  "Le chat est dans le jardin avec les enfants",
  "Il travaille chez un journal de la ville",
];

const SPANISH = [
  "Vivo en una ciudad grande con mi hermana",
  "El gato de la vecina es negro",
  "Trabajaba en un hospital y ahora estudia la luz",
];

describe("search in another language", () => {
  it.each([
    ["German", GERMAN, "Häuser See", 0],
    ["German", GERMAN, "Wo wohnt die Schwester?", 0],
    ["German", GERMAN, "Wie viele Pferde und Bäume gibt es?", 3],
    ["German", GERMAN, "Katze", 3],
    ["French", FRENCH, "chevaux blancs", 0],
    ["French", FRENCH, "Qui est-ce qui habitait à la campagne ?", 0],
    ["French", FRENCH, "journaux", 2],
    ["Spanish", SPANISH, "ciudades grandes", 0],
    ["Spanish", SPANISH, "¿De quién es la gata negra?", 1],
    ["Spanish", SPANISH, "luces", 2],
  ] as const)("%s: a word finds its other forms", async (_, memories, query, best) => {
    const memory = openMemory();
    await tell(memory, [...memories]);
    expect((await found(memory, query))[0]).toBe(memories[best]);
  });

  it("finds kept messages by other forms of their words, too", async () => {
    const memory = openMemory();
    await tell(memory, GERMAN);
    const { messages } = await memory.search("Häuser See", { ...ALICE, include: ["messages"] });
    expect(messages?.[0]?.message.content).toBe(GERMAN[0]);
  });

  it("finds them as of an earlier time, too", async () => {
    const memory = openMemory();
    await tell(memory, GERMAN);
    const { results } = await memory.search("Häuser See", { ...ALICE, at: new Date() });
    expect(results[0]?.memory).toBe(GERMAN[0]);
  });

  it("languages side by side do not get into each other's way", async () => {
    const memory = openMemory();
    await tell(memory, [...GERMAN, ...FRENCH, ...SPANISH, "Anna has a horse in the garden"]);
    expect((await found(memory, "Häuser See"))[0]).toBe(GERMAN[0]);
    expect((await found(memory, "chevaux blancs"))[0]).toBe(FRENCH[0]);
    expect((await found(memory, "ciudades grandes"))[0]).toBe(SPANISH[0]);
    expect(await found(memory, "Does Anna have horses?")).toEqual(["Anna has a horse in the garden"]);
  });

  it("names, numbers and codes are found whole in every language", async () => {
    const memory = openMemory();
    const exact = ["Der Flug ist mit dem A380", "Sie ist mit GPT-4 und ISO-9001 da", "Das ist die Version 1.2.3"];
    await tell(memory, [...GERMAN, ...exact, "Ihre Adresse ist anna@example.com"]);
    for (const [query, memoryText] of [
      ["A380", exact[0]],
      ["GPT-4", exact[1]],
      ["ISO-9001", exact[1]],
      ["1.2.3", exact[2]],
      ["anna@example.com", "Ihre Adresse ist anna@example.com"],
    ]) {
      expect(await found(memory, query!)).toEqual([memoryText]);
    }
    expect(await found(memory, "A38")).toEqual([]);
    expect(await found(memory, "1.2")).toEqual([]);
  });
});

it("a name that is a stop word of the language of the query is looked for, where memories begin with it", async () => {
  const memory = openMemory();
  await tell(memory, ["Mia abita a Torino e lavora in centro", "Ugo abita a Roma quando lavora in banca"]);
  expect((await found(memory, "Dove abita Mia quando lavora?"))[0]).toMatch(/^Mia/);
});
