import "fake-indexeddb/auto";
import { InvalidInputError, type Memory } from "keepsake";
import { decisions, facts, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const structuredDataSchema = {
  type: "object",
  properties: { city: { type: "string" }, since: { type: "string", format: "date" }, rooms: { type: "integer" } },
};
const home = (text: string, data: unknown): object => ({ facts: [{ text, data }] });

async function moved(options: object = { ...ALICE, structuredDataSchema }): Promise<{ memory: Memory; id: string }> {
  const llm = scriptedLLM([
    home("User lives in Berlin", { city: "Berlin", since: "2019-05-01" }),
    home("User moved to Hamburg", { city: "Hamburg", since: null }),
    decisions({ fact: 0, event: "UPDATE", id: "0" }),
  ]);
  const memory = openMemory({ llm });
  const { results } = await memory.add("I have lived in Berlin since May 2019.", { ...ALICE, structuredDataSchema });
  await memory.add("I moved to Hamburg.", options as typeof ALICE);
  return { memory, id: results[0]!.id! };
}

describe("structuredDataSchema", () => {
  it("asks for the data in the same call as the facts, and keeps it as structuredData", async () => {
    const llm = scriptedLLM([home("User lives in Berlin", { city: "Berlin", rooms: 3 })]);
    const memory = openMemory({ llm, defaults: { structuredDataSchema } });
    const { results } = await memory.add("I live in Berlin, in three rooms.", ALICE);
    expect(llm.calls).toHaveLength(1);
    expect(llm.calls[0]!.messages[0]!.content).toContain('"since":{"type":"string","format":"date"}');
    expect(JSON.stringify(llm.calls[0]!.schema)).toContain('"required":["city","since","rooms"]');
    expect(results[0]?.structuredData).toEqual({ city: "Berlin", rooms: 3 });
    expect((await memory.get(results[0]!.id!))?.structuredData).toEqual({ city: "Berlin", rooms: 3 });
    const [found] = (await memory.search("Berlin", ALICE)).results;
    expect(found?.structuredData).toEqual({ city: "Berlin", rooms: 3 });
  });

  it("drops what does not validate field by field, and the trace tells", async () => {
    const llm = scriptedLLM([home("User lives in Berlin", { city: "Berlin", rooms: "three" })]);
    const memory = openMemory({ llm });
    const { trace = [] } = await memory.add("I live in Berlin.", { ...ALICE, structuredDataSchema, trace: true });
    const [stage] = trace.filter((one) => one.stage === "facts");
    expect(stage?.facts).toEqual([
      {
        text: "User lives in Berlin",
        structuredData: { city: "Berlin" },
        dropped: ["data.rooms: not of type integer"],
      },
    ]);
  });

  it("an update takes the data of the new words, whole; the old is in the history, and undo brings it back", async () => {
    const { memory, id } = await moved();
    expect(await memory.get(id)).toMatchObject({
      memory: "User moved to Hamburg",
      structuredData: { city: "Hamburg" },
    });
    const [second, first] = await memory.history(id);
    expect([first?.structuredData, second?.structuredData]).toEqual([
      { city: "Berlin", since: "2019-05-01" },
      { city: "Hamburg" },
    ]);
    await memory.undo(second!.opId);
    expect((await memory.get(id))?.structuredData).toEqual({ city: "Berlin", since: "2019-05-01" });
  });

  it("an update by an add without a schema has no data: the old was of the old words", async () => {
    const { memory, id } = await moved(ALICE);
    expect(await memory.get(id)).not.toHaveProperty("structuredData");
  });

  it("filters read it by its path, in both spellings, in search and getAll", async () => {
    const { memory } = await moved();
    for (const key of ["structuredData.city", "structured_data.city"]) {
      expect(texts(await memory.getAll({ ...ALICE, filters: { [key]: "Hamburg" } }))).toEqual([
        "User moved to Hamburg",
      ]);
      expect(texts(await memory.search("home", { ...ALICE, filters: { [key]: { ne: "Hamburg" } } }))).toEqual([]);
    }
    expect(texts(await memory.getAll({ ...ALICE, filters: { structuredData: "*" } }))).toHaveLength(1);
  });

  it("is in exports, and comes back with an import", async () => {
    const { memory, id } = await moved();
    const file = JSON.stringify(await memory.export({ all: true }));
    const other = openMemory({ name: "other" });
    await other.import(file);
    expect((await other.get(id))?.structuredData).toEqual({ city: "Hamburg" });
    expect(JSON.stringify(await other.export({ all: true }))).toBe(file);
  });

  it("a dry run shows it", async () => {
    const memory = openMemory({ llm: scriptedLLM([home("User lives in Berlin", { city: "Berlin" })]) });
    const { results } = await memory.add("I live in Berlin.", { ...ALICE, structuredDataSchema, dryRun: true });
    expect(results[0]).toMatchObject({ id: null, event: "ADD", structuredData: { city: "Berlin" } });
  });

  it("without an LLM it has no effect, and data that nobody asked for is not kept", async () => {
    const byRules = openMemory({ defaults: { structuredDataSchema } });
    await byRules.add("I live in Berlin.", ALICE);
    expect((await byRules.getAll(ALICE)).results[0]).not.toHaveProperty("structuredData");
    const byLLM = openMemory({ name: "llm", llm: scriptedLLM([home("User likes tea", { city: "x" }), facts()]) });
    await byLLM.add("I like tea.", ALICE);
    expect((await byLLM.getAll(ALICE)).results[0]).not.toHaveProperty("structuredData");
  });

  it("a schema outside the subset is refused before anything is stored", async () => {
    const memory = openMemory({ llm: scriptedLLM([]) });
    const schema = { type: "object", properties: { a: { type: "string", pattern: "x" } } };
    const adding = memory.add("hi", { ...ALICE, structuredDataSchema: schema });
    await expect(adding).rejects.toThrow(InvalidInputError);
    await expect(adding).rejects.toThrow(/keyword "pattern"/);
    expect(await memory.pending()).toEqual([]);
  });
});
