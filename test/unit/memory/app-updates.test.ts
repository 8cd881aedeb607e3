/** What an app's update leaves of the memory that it changes. */
import { fakeRuntime, scriptedLLM } from "keepsake/testing";
import type { Memory } from "keepsake";
import { describe, expect, it } from "vitest";
import { openMemory } from "./fixtures.ts";

const ALICE = { userId: "alice" };
const structuredDataSchema = { type: "object", properties: { city: { type: "string" } } } as const;

async function withTrip(): Promise<{ memory: Memory; id: string }> {
  const text = "User flew to Rome on 3 March 2026";
  const llm = scriptedLLM([{ facts: [{ text, categories: ["travel"], data: { city: "Rome" } }] }]);
  const runtime = fakeRuntime({ now: "2026-11-22T10:00:00Z" });
  const memory = openMemory({ storage: "memory", runtime, llm });
  const options = { ...ALICE, structuredDataSchema, metadata: { from: "chat" }, expirationDate: "2030-01-01" };
  const { results } = await memory.add("I flew to Rome on 3 March 2026.", options);
  const id = results[0]!.id!;
  expect(await memory.get(id)).toMatchObject({
    eventTime: { from: "2026-03-03" },
    categories: ["travel"],
    structuredData: { city: "Rome" },
  });
  return { memory, id };
}

describe("update with a new text", () => {
  it("tells the time of the new text, and drops categories and data of the old one; what was given stays", async () => {
    const { memory, id } = await withTrip();
    await memory.update(id, "User flew to Oslo on 9 August 2026");
    const updated = (await memory.get(id))!;
    expect(updated).toMatchObject({
      eventTime: { from: "2026-08-09", to: "2026-08-09" },
      metadata: { from: "chat" },
      expirationDate: "2030-01-01",
    });
    expect(updated).not.toHaveProperty("categories");
    expect(updated).not.toHaveProperty("structuredData");
    await memory.update(id, "User likes Oslo");
    expect(await memory.get(id)).not.toHaveProperty("eventTime");
  });

  it("leaves them alone where the text stays as it is", async () => {
    const { memory, id } = await withTrip();
    await memory.update(id, { text: "User flew to Rome on 3 March 2026", metadata: { a: 1 } });
    expect(await memory.get(id)).toMatchObject({
      eventTime: { from: "2026-03-03" },
      categories: ["travel"],
      structuredData: { city: "Rome" },
      metadata: { from: "chat", a: 1 },
    });
  });
});
