import "fake-indexeddb/auto";
import type { Memory, MemoryOptions } from "keepsake";
import { decisions, facts, fakeRuntime, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

/** What an LLM makes of "I like tea." and "I do not like tea any more.": the second deletes the first. */
async function openTea(): Promise<Memory> {
  const gone = decisions({ fact: 0, event: "DELETE", id: "0", reason: "no" });
  const llm = scriptedLLM([facts("User likes tea"), facts("User no longer likes tea"), gone]);
  const memory = openMemory({ llm, storage: "memory" });
  await memory.add("I like tea.", ALICE);
  const { results } = await memory.add("I do not like tea any more.", ALICE);
  expect(results.map(({ event }) => event)).toContain("DELETE");
  return memory;
}

/** Each text takes the place of the one before. */
async function openChain(
  said: readonly string[],
  options: MemoryOptions = {},
): Promise<{ memory: Memory; id: string }> {
  const replies = said.flatMap((text, i) => [
    facts(text),
    ...(i === 0 ? [] : [decisions({ fact: 0, event: "UPDATE", id: "0", text, reason: "changed" })]),
  ]);
  const runtime = fakeRuntime({ now: "2026-11-22T10:00:00Z" });
  const memory = openMemory({ llm: scriptedLLM(replies), storage: "memory", runtime, ...options });
  let id = "";
  for (const text of said) id = (await memory.add(text, ALICE)).results[0]!.id!;
  return { memory, id };
}

async function formerly(memory: Memory, query: string): Promise<string[]> {
  const { results } = await memory.search(query, ALICE);
  return results.flatMap((result) => (result.superseded ? [result.memory] : []));
}

describe("after deleteAll", () => {
  const query = "what did I like before?";

  it("no search finds what an add had deleted before", async () => {
    const memory = await openTea();
    expect(await formerly(memory, query)).toEqual(["User likes tea"]);
    const count = (await memory.getAll(ALICE)).results.length;
    expect((await memory.deleteAll({ ...ALICE, opId: "all" })).deleted).toBe(count);
    expect((await memory.search(query, ALICE)).results).toEqual([]);
    expect((await memory.deleteAll({ ...ALICE, opId: "all" })).deleted).toBe(count);
  });

  it("an undo of it brings that back, too, and says nothing of it; an undo of the undo takes it away", async () => {
    const memory = await openTea();
    const before = await memory.search(query, ALICE);
    await memory.deleteAll({ ...ALICE, opId: "all" });
    const undone = await memory.undo("all");
    expect(undone.results.map(({ event }) => event)).not.toContain("DELETE");
    expect(texts(await memory.search(query, ALICE))).toEqual(texts(before));
    await memory.undo(undone.opId);
    expect((await memory.search(query, ALICE)).results).toEqual([]);
    await memory.undo((await memory.undo("all")).opId);
    await memory.deleteAll(ALICE);
    expect((await memory.search(query, ALICE)).results).toEqual([]);
  });

  it("an import of an export of then does not bring it back either", async () => {
    const memory = await openTea();
    await memory.deleteAll(ALICE);
    const other = openMemory({ storage: "memory" });
    await other.import(await memory.export(ALICE));
    expect((await other.search(query, ALICE)).results).toEqual([]);
  });

  it("what another scope had is as it was", async () => {
    const memory = await openTea();
    await memory.deleteAll({ userId: "bob" });
    expect(await formerly(memory, query)).toEqual(["User likes tea"]);
  });
});

describe("former texts", () => {
  it("a text that was folded into another memory is none of its own, and goes with that memory", async () => {
    const memory = openMemory({ storage: "memory" });
    await memory.add("User lives in Berlin", { ...ALICE, infer: false });
    await memory.add("User lives in Hamburg", { ...ALICE, infer: false });
    await memory.consolidate(ALICE);
    const query = "where did I live before?";
    const found = await formerly(memory, query);
    expect(new Set(found).size).toBe(found.length);
    expect(found).not.toContain("User lives in Hamburg");
    for (const { id } of (await memory.getAll(ALICE)).results) await memory.delete(id);
    expect((await memory.search(query, ALICE)).results).toEqual([]);
  });

  it("do not answer an ordinary question, nor one that names nothing of what came after them", async () => {
    const { memory } = await openChain(["User tracks runs with Strava", "User tracks runs with Garmin"]);
    for (const query of [
      "which app do I use to track runs?",
      "what do I track before bed?",
      "which app tracks runs before I go to sleep",
      "my prior experience with runs",
      "who looks after my runs",
    ]) {
      expect(await formerly(memory, query)).toEqual([]);
    }
    for (const query of ["what did I track runs with before Garmin?", "how did I use to track runs?"]) {
      expect(await formerly(memory, query)).toEqual(["User tracks runs with Strava"]);
    }
  });

  it("are none where the words after before are of a habit that holds on", async () => {
    const { memory } = await openChain(["User drinks coffee before bed", "User drinks tea before bed"]);
    expect(await formerly(memory, "what do I drink before bed?")).toEqual([]);
    expect(await formerly(memory, "what did I drink before tea?")).toEqual(["User drinks coffee before bed"]);
  });

  it("are found behind what took their place where the query has their words alone, or asks what ever was", async () => {
    const { memory } = await openChain(["User lives in Bonn", "User moved to Hamburg", "User moved to Kiel"]);
    await memory.add("User has a dog", { ...ALICE, infer: false });
    const found = async (query: string) => (await memory.search(query, { ...ALICE, explain: true })).results;
    for (const query of [
      "Have I ever lived in Bonn?",
      "Did I live in Bonn?",
      "When did I leave Bonn?",
      "Where have I lived?",
      "What did I say about Bonn?",
      "Bonn",
      "bonn 53111",
    ]) {
      const [first, ...rest] = await found(query);
      expect([query, first!.memory, first!.superseded]).toEqual([query, "User moved to Kiel", undefined]);
      const bonn = rest.find((result) => result.memory === "User lives in Bonn");
      expect([query, bonn?.superseded?.by]).toEqual([query, "User moved to Hamburg"]);
      expect(bonn!.parts!.time).toBe(0);
    }
    const [, hamburg] = await found("When did I move to Hamburg?");
    expect([hamburg!.memory, hamburg!.superseded?.by]).toEqual(["User moved to Hamburg", "User moved to Kiel"]);
    for (const query of ["Where do I live?", "my dog", "what did I say about my dog", "Oslo"]) {
      expect((await found(query)).filter((result) => result.superseded)).toEqual([]);
    }
  });

  it("are what was before the present one, where that is all that is named, and what was in the days that are over", async () => {
    const { memory } = await openChain(["User has a Nokia phone", "User has a Pixel phone"]);
    for (const query of [
      "which phone did I have before this one?",
      "which phone did I have before my current phone",
      "my old phone",
      "which phone did I use to have",
    ]) {
      expect([query, await formerly(memory, query)]).toEqual([query, ["User has a Nokia phone"]]);
    }
    for (const query of ["which phone did I have in the past two weeks", "what did I use to unlock my phone?"]) {
      expect(texts(await memory.search(query, ALICE))[0]).toBe("User has a Pixel phone");
    }
  });

  it("of another scope are found by no word, nor what was forgotten", async () => {
    const { memory, id } = await openChain(["User works at Acme", "User works at Globex"]);
    await memory.add("User has a cat", { userId: "bob", infer: false });
    expect(await formerly(memory, "Acme")).toEqual(["User works at Acme"]);
    expect(texts(await memory.search("Acme", { userId: "bob" }))).toEqual(["User has a cat"]);
    await memory.forget(id);
    expect((await memory.search("Acme", ALICE)).results).toEqual([]);
    await memory.add("User works at Initech", { ...ALICE, infer: false });
    await memory.reset();
    await memory.add("User has a cat", { ...ALICE, infer: false });
    expect(texts(await memory.search("Initech", ALICE))).toEqual(["User has a cat"]);
  });

  it("that an add has deleted are found by their words", async () => {
    const memory = await openTea();
    expect(await formerly(memory, "tea which I liked")).toEqual(["User likes tea"]);
  });

  it("come in the order of how near they were to what the query names", async () => {
    const { memory } = await openChain(["User lives in Bonn", "User lives in Hamburg", "User lives in Munich"]);
    expect(await formerly(memory, "where did I live before Munich")).toEqual([
      "User lives in Hamburg",
      "User lives in Bonn",
    ]);
    expect(await formerly(memory, "where did I live before Hamburg")).toEqual(["User lives in Bonn"]);
  });

  it("`superseded.by` never tells what the app has replaced", async () => {
    const { memory, id } = await openChain(["User lives in Bonn", "User lives in Secretville"]);
    await memory.update(id, "User lives in Hamburg");
    const { results } = await memory.search("where did I live before", ALICE);
    expect(results.map((result) => result.superseded?.by)).toContain("User lives in Hamburg");
    expect(JSON.stringify(results)).not.toContain("Secretville");
  });

  it("are of the days that they speak of; a present text that speaks of them is the answer", async () => {
    const { memory } = await openChain([
      "User plans to visit Rome in May 2026",
      "User visited Rome in May 2026 with Ann",
    ]);
    const { results } = await memory.search("what did I do in May?", { ...ALICE, explain: true });
    expect(texts({ results })).toEqual(["User visited Rome in May 2026 with Ann"]);
    expect(results[0]!.parts!.time).toBeCloseTo(0.1, 10);
    const { memory: moved } = await openChain(["User has a flight on 3 March 2026", "User has a flight on 4 May 2026"]);
    expect(await formerly(moved, "which flight did I have in March 2026?")).toEqual([
      "User has a flight on 3 March 2026",
    ]);
    expect(await formerly(moved, "which flight did I have in April 2026?")).toEqual([]);
  });

  it("of a memory that the app deletes while they are being embedded are not returned", async () => {
    let meanwhile: (() => Promise<void>) | null = null;
    const embed = async (list: string[]): Promise<Float32Array[]> => {
      const hook = list.includes("User lives in Bonn") ? meanwhile : null;
      if (hook) meanwhile = null;
      await hook?.();
      return list.map(() => Float32Array.of(1, 0));
    };
    const embedder = { space: "toy", dims: 2, kind: "semantic" as const, embed };
    const options = { embedder, storage: "indexeddb" as const };
    const { memory, id } = await openChain(["User lives in Bonn", "User lives in Hamburg"], options);
    await memory.close();
    const again = openMemory({ embedder });
    meanwhile = () => again.delete(id);
    expect((await again.search("where did I live before?", ALICE)).results).toEqual([]);
    expect(meanwhile).toBeNull();
  });

  it("are looked for in the latest changes of all scopes in one read", async () => {
    const memory = await openTea();
    for (let i = 0; i < 5; i++) await memory.add(`User likes tea ${i}`, { userId: `user-${i}`, infer: false });
    const { results } = await memory.search("what did I like before?", { filters: { userId: "*" } });
    expect(results.filter((result) => result.superseded).map((result) => result.memory)).toEqual(["User likes tea"]);
  });
});
