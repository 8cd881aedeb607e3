import "fake-indexeddb/auto";
import { InvalidInputError, type Memory } from "keepsake";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

async function withTea(): Promise<{ memory: Memory; id: string }> {
  const memory = openMemory();
  const { results } = await memory.add("I like tea.", ALICE);
  return { memory, id: results[0]!.id! };
}

/** What a repeated call adds to the log: nothing. */
async function seqOf(memory: Memory): Promise<number> {
  return (await memory.info()).seq;
}

describe("an edit with an opId, made again", () => {
  it("update answers the same and changes nothing, also when the memory was changed since", async () => {
    const { memory, id } = await withTea();
    const first = await memory.update(id, "User likes rum", { opId: "u" });
    await memory.update(id, "User likes gin");
    const seq = await seqOf(memory);
    expect(await memory.update(id, "User likes rum", { opId: "u" })).toEqual(first);
    expect(await seqOf(memory)).toBe(seq);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes gin"]);
  });

  it("a batch of updates, and of deletes", async () => {
    const memory = openMemory({ defaults: { infer: false } });
    await memory.add(
      ["a", "b"].map((content) => ({ role: "user", content })),
      ALICE,
    );
    const ids = (await memory.getAll(ALICE)).results.map((item) => item.id);
    const changes = ids.map((id, n) => ({ id, metadata: { n } }));
    const first = await memory.update(changes, { opId: "u" });
    expect(await memory.update(changes, { opId: "u" })).toEqual(first);
    await memory.delete(ids, { opId: "d" });
    const seq = await seqOf(memory);
    await memory.delete(ids, { opId: "d" });
    expect(await seqOf(memory)).toBe(seq);
    await expect(memory.delete(ids)).rejects.toMatchObject({ code: "not_found" });
  });

  it("deleteAll leaves alone what came after it", async () => {
    const { memory } = await withTea();
    expect(await memory.deleteAll({ ...ALICE, opId: "all" })).toEqual({ deleted: 1 });
    await memory.add("I like rum.", ALICE);
    expect(await memory.deleteAll({ ...ALICE, opId: "all" })).toEqual({ deleted: 1 });
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes rum"]);
  });

  it("undo answers the same, of an add, of an update and of a delete", async () => {
    const { memory, id } = await withTea();
    await memory.update(id, "User likes rum", { opId: "u" });
    const update = await memory.undo("u", { opId: "u2" });
    expect(await memory.undo("u", { opId: "u2" })).toEqual(update);
    await memory.delete(id, { opId: "d" });
    const back = await memory.undo("d", { opId: "d2" });
    expect(back.results).toMatchObject([{ event: "ADD", memory: "User likes tea" }]);
    expect(await memory.undo("d", { opId: "d2" })).toEqual(back);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes tea"]);
    const { opId } = await memory.add("I have a dog.", ALICE);
    const gone = await memory.undo(opId, { opId: "gone" });
    expect(gone.results).toMatchObject([{ event: "DELETE" }]);
    expect(await memory.undo(opId, { opId: "gone" })).toEqual(gone);
  });

  it("feedback answers the same", async () => {
    const { memory, id } = await withTea();
    const first = await memory.feedback(id, { rating: "POSITIVE" }, { opId: "f" });
    await memory.feedback(id, null);
    expect(await memory.feedback(id, { rating: "POSITIVE" }, { opId: "f" })).toEqual(first);
    expect((await memory.get(id))?.feedback).toBeUndefined();
  });

  it("history tells its opId, and undo takes it back by that", async () => {
    const { memory, id } = await withTea();
    await memory.update(id, "User likes rum", { opId: "u" });
    expect((await memory.history(id))[0]?.opId).toBe("u");
    await memory.undo("u");
    expect((await memory.get(id))?.memory).toBe("User likes tea");
  });

  it("is refused where another call has used the opId, and changes nothing", async () => {
    const { memory, id } = await withTea();
    const { results, opId } = await memory.add("I have a dog.", ALICE);
    await memory.update(id, "User likes rum", { opId: "u" });
    const seq = await seqOf(memory);
    const others = [
      () => memory.update(results[0]!.id!, "User has a cat", { opId: "u" }),
      () => memory.update(id, "User likes gin", { opId: "u" }),
      () => memory.update(id, "user likes RUM", { opId: "u" }),
      () => memory.update(id, { text: "User likes rum", metadata: { a: 1 } }, { opId: "u" }),
      () =>
        memory.update(
          [
            { id, text: "User likes rum" },
            { id: results[0]!.id!, text: "User has a cat" },
          ],
          { opId: "u" },
        ),
      () => memory.delete(id, { opId: "u" }),
      () => memory.feedback(id, { rating: "POSITIVE" }, { opId: "u" }),
      () => memory.update(id, "User likes gin", { opId }),
      () => memory.deleteAll({ ...ALICE, opId: "u" }),
      () => memory.undo(opId, { opId: "u" }),
      () => memory.delete(id, { opId: " " }),
    ];
    for (const other of others) await expect(other()).rejects.toThrow(InvalidInputError);
    expect(await seqOf(memory)).toBe(seq);
  });

  it("is refused with the opId of a delete, a deleteAll, an undo or a feedback, and changes nothing", async () => {
    const { memory, id } = await withTea();
    await memory.feedback(id, { rating: "POSITIVE" }, { opId: "f" });
    await memory.delete(id, { opId: "d" });
    await memory.undo("d", { opId: "u" });
    await memory.deleteAll({ ...ALICE, opId: "all" });
    const seq = await seqOf(memory);
    const others = [
      () => memory.update(id, "User likes rum", { opId: "f" }),
      () => memory.feedback(id, { rating: "NEGATIVE" }, { opId: "f" }),
      () => memory.deleteAll({ ...ALICE, opId: "d" }),
      () => memory.delete([id, id], { opId: "all" }),
      () => memory.update(id, "User likes tea", { opId: "u" }),
    ];
    for (const other of others) await expect(other()).rejects.toThrow(/opId was used/);
    expect(await seqOf(memory)).toBe(seq);
  });

  it("knows metadata again whose keys come in another order", async () => {
    const { memory, id } = await withTea();
    const first = await memory.update(id, { metadata: { a: 1, b: { c: 2, d: [3] } } }, { opId: "u" });
    expect(await memory.update(id, { metadata: { b: { d: [3], c: 2 }, a: 1 } }, { opId: "u" })).toEqual(first);
  });

  it("an add with the opId of an edit is refused, and stores nothing", async () => {
    const { memory, id } = await withTea();
    await memory.update(id, "User likes rum", { opId: "u" });
    await expect(memory.add("I have a dog.", { ...ALICE, opId: "u" })).rejects.toThrow(/opId was used/);
    expect(await memory.pending()).toEqual([]);
  });
});
