/** The part of the engine's suite about the search over kept messages. */
import type { Engine } from "../engine/engine.ts";
import { accept, add, ALICE, request, searchFor, store } from "./engine-steps.ts";
import { ensure, ensureEqual, ensureRejects } from "./suite.ts";

/** @param test declares one test over a fresh engine */
export function engineMessagesTests(test: (title: string, body: (engine: Engine) => Promise<void>) => void): void {
  test("finds kept messages with their neighbors, their op and the memories drawn from them", async (engine) => {
    await accept(engine, "op-1", ALICE, "How was the market?");
    await accept(engine, "op-2", ALICE, "Full of sunflowers");
    const sources = [{ opId: "op-2", order: 2, index: 0 }];
    const fact = { ...add("User went to the market"), details: { sources } } as ReturnType<typeof add>;
    await engine.commit({ opId: "op-2", decisions: [fact] });
    await accept(engine, "op-3", ALICE, "Lovely");
    const [hit, ...rest] = await engine.searchMessages({ ...messagesFor("sunflowers"), topK: 1 });
    const { score, at, ...found } = hit!;
    ensure(score > 0 && score <= 1, "the score is not in (0, 1]");
    ensure(!Number.isNaN(Date.parse(at)), "no time");
    const said = (content: string) => ({ role: "user", content });
    const context = { before: [said("How was the market?")], after: [said("Lovely")] };
    const place = { opId: "op-2", order: 2, index: 0, userId: "alice" };
    ensureEqual(found, { message: said("Full of sunflowers"), ...place, context, memoryIds: ["op-2-0"] }, "found");
    ensureEqual(rest, [], "the others");
    await engine.delete(["op-2-0"]);
    ensureEqual((await engine.searchMessages(messagesFor("sunflowers")))[0]?.memoryIds, [], "memories after delete");
  });

  test("a message is found from its acceptance until it is cancelled, dropped or forgotten", async (engine) => {
    await accept(engine, "op-1", ALICE, "sunflowers one");
    await engine.accept(withOptions("op-2", "sunflowers two", { retention: "none" }));
    await store(engine, "op-3", ALICE, "sunflowers three");
    ensureEqual(await contents(engine), ["one", "three", "two"], "accepted");
    await engine.commit({ opId: "op-2", decisions: [] });
    ensureEqual(await contents(engine), ["one", "three"], "after a commit that keeps none");
    await engine.cancel("op-1");
    ensureEqual(await contents(engine), ["three"], "after cancel");
    await engine.forget({ id: "op-3-0" });
    ensureEqual(await contents(engine), [], "after forget");
    await accept(engine, "op-4", ALICE, "sunflowers four");
    ensureEqual(await contents(engine), ["four"], "accepted after all that");
    await engine.reset();
    ensureEqual(await contents(engine), [], "after reset");
  });

  test("INV-8: neither messages of another scope nor their words reach a search over messages", async (engine) => {
    await accept(engine, "op-1", ALICE, "sunflowers one");
    const alone = await engine.searchMessages(messagesFor("sunflowers"));
    for (const n of [2, 3, 4]) await accept(engine, `op-${n}`, { userId: "bob" }, `sunflowers ${n}`);
    ensureEqual(await engine.searchMessages(messagesFor("sunflowers")), alone, "with others around");
    await accept(engine, "op-5", { userId: "alice", runId: "r" }, "sunflowers five");
    ensureEqual(await contents(engine), ["five", "one"], "what carries more ids");
  });

  test("filters messages by role, name, text and time, and searches those of the past", async (engine) => {
    await engine.accept(withOptions("op-1", "sunflowers one", { timestamp: "2025-05-05T10:00:00.000Z" }));
    const { scope, options } = request("op-2", ALICE, "");
    const message = { role: "assistant" as const, content: "sunflowers two", name: "Bot" };
    await engine.accept({ opId: "op-2", scope, options, messages: [message] });
    ensureEqual(await contents(engine, { filter: { role: "assistant" } }), ["two"], "role");
    ensureEqual(await contents(engine, { filter: { name: "Bot" } }), ["two"], "name");
    ensureEqual(await contents(engine, { filter: { memory: { contains: "one" } } }), ["one"], "text");
    ensureEqual(await contents(engine, { filter: { createdAt: "2025-05-05" } }), ["one"], "day");
    ensureEqual(await contents(engine, { filter: { categories: "plants" } }), [], "what a message does not have");
    ensureEqual(await contents(engine, { at: "2025-06-01T00:00:00.000Z" }), ["one"], "the past");
    await ensureRejects(
      engine.searchMessages({ ...messagesFor("x"), filter: { role: { is: "user" } } }),
      "invalid_input",
    );
  });
}

function messagesFor(query: string) {
  return { ...searchFor(query, ALICE), contextMessages: 1 };
}

function withOptions(opId: string, content: string, options: object) {
  const made = request(opId, ALICE, content);
  return { ...made, options: { ...made.options, ...options } };
}

/** Last words of what is found, sorted. */
async function contents(engine: Engine, more: object = {}): Promise<string[]> {
  const found = await engine.searchMessages({ ...messagesFor("sunflowers"), ...more });
  return found.map(({ message }) => message.content.split(" ").at(-1)!).sort();
}
