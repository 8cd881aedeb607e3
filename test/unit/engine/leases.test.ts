import "fake-indexeddb/auto";
import { openInlineEngine, openMemoryStore, type Engine } from "keepsake/engine";
import { fakeRuntime } from "keepsake/testing";
import { describe, expect, it } from "vitest";
import { LEASE_MS } from "../../../src/engine/engine.ts";
import { leasedForMs } from "../../../src/engine/leases.ts";
import type { PendingRow } from "../../../src/store/store.ts";

const REQUEST = {
  opId: "op",
  scope: { userId: "alice" },
  messages: [{ role: "user" as const, content: "I like tea" }],
  options: { infer: true, metadata: {}, extractor: "rules" as const },
};

describe("a lease", () => {
  const row = { lease: { owner: "other", until: 1_000 } } as PendingRow;

  it("lasts as long as its owner lives, where that is known", () => {
    expect(leasedForMs(row, "me", new Set(["other"]), 10_000_000)).toBe(LEASE_MS);
    expect(leasedForMs(row, "me", new Set(), 0)).toBe(0);
  });

  it("lasts for its time, where it is not known", () => {
    expect(leasedForMs(row, "me", null, 400)).toBe(600);
    expect(leasedForMs(row, "me", null, 1_001)).toBe(0);
  });

  it("is nobody's to give back but its owner's", async () => {
    const runtime = fakeRuntime();
    const store = openMemoryStore();
    const open = (): Promise<Engine> =>
      openInlineEngine({ name: "leases", storage: "memory", embedder: { kind: "hashing" } }, undefined, {
        openStore: async () => store,
        runtime,
      });
    const [slow, quick] = [await open(), await open()];
    await slow.accept(REQUEST);
    runtime.advance(LEASE_MS + 1);
    expect(await quick.claim("op")).toMatchObject({ status: "claimed" });
    await slow.release("op", { code: "llm_timeout", message: "late" }, 5_000);
    expect(await quick.pending()).toMatchObject([{ opId: "op", attempts: 0 }]);
    expect(await slow.claim("op")).toMatchObject({ status: "leased" });
    await Promise.all([slow.close(), quick.close()]);
  });
});
