import { Memory } from "keepsake";
import { openInlineEngine, openMemoryStore } from "keepsake/engine";
import { expect, it, onTestFinished } from "vitest";
import { readClock } from "../../../src/engine/clock.ts";
import { filledTo, knownSpaces } from "../../../src/engine/spaces.ts";

const ALICE = { userId: "alice" };

it("whatever is committed with its vectors leaves the next start nothing to look through", async () => {
  const store = openMemoryStore();
  const behind = (): Promise<number> =>
    store.read(["meta"], async (tx) => (await readClock(tx)).seq - (await filledTo(tx, (await knownSpaces(tx))[0]!)));
  const memory = new Memory({
    embedder: "hashing",
    engine: (options, onEvent) => openInlineEngine(options, onEvent, { openStore: async () => store }),
  });
  onTestFinished(() => memory.close());
  const { results } = await memory.add(
    ["I like tea", "I live in Oslo"].map((content) => ({ role: "user", content })),
    { ...ALICE, infer: false },
  );
  expect(await behind()).toBe(0);
  await memory.update(results[0]!.id!, { text: "I like rum" });
  await memory.delete(results[1]!.id!);
  await memory.add("I moved to Bergen", ALICE);
  expect(await behind()).toBe(0);
  await memory.undo((await memory.add("I like gin", ALICE)).opId);
  expect(await behind()).toBe(0);
  await memory.add("I like rum", { ...ALICE, infer: false });
  expect((await memory.consolidate(ALICE)).results).not.toEqual([]);
  expect(await behind()).toBe(0);
});

it("a space that is not spoken at a commit is left to be filled", async () => {
  const store = openMemoryStore();
  await store.write(["meta"], "strict", (tx) => tx.put("meta", { key: "spaces", value: ["model"] }));
  const memory = new Memory({
    embedder: "hashing",
    engine: (options, onEvent) => openInlineEngine(options, onEvent, { openStore: async () => store }),
  });
  onTestFinished(() => memory.close());
  await memory.add("I like tea", ALICE);
  expect(await store.read(["meta"], (tx) => filledTo(tx, "model"))).toBe(0);
});
