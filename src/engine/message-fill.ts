/**
 * Fill, for messages: each gets a vector in a space, in the background, in the order in which they were said. It keeps
 * its place in the database, so that a closed tab goes on where it stopped (INV-9).
 */
import type { Key, MessageRow, ReadTx } from "../store/store.ts";
import { hashStatement } from "../text/statement.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import { readClock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import { messageId, messageSpace, readMessageClock } from "./kept-messages.ts";
import { isEmbeddable } from "./message-view.ts";
import { rememberSpaces } from "./spaces.ts";

/** As in `fill.ts`. */
const BATCH = 16;

/** What a run went up to: all messages up to this `order`, but for those that were put in between since. */
interface Mark {
  order: number;
  insertions: number;
}

/** Resolves when no message lacks a vector, or when `stopped()` turns true. */
export async function fillMessages(
  context: EngineContext,
  embedder: CachedEmbedder,
  stopped: () => boolean,
): Promise<void> {
  const { from, mark, scopeKeys } = await context.store.read(["meta", "scopes"], (tx) => begin(tx, embedder.space));
  if (from === mark.order) return;
  for (const scopeKey of scopeKeys) {
    let after: Key = [scopeKey, from + 1];
    while (!stopped()) {
      const rows = await context.store.read(["messages"], (tx) =>
        tx.getAll("messages", { prefix: [scopeKey], after, limit: BATCH }),
      );
      const last = rows.at(-1);
      if (!last) break;
      await fillBatch(context, embedder, rows.filter(isEmbeddable));
      after = [scopeKey, last.order, last.index];
    }
  }
  if (stopped()) return;
  const key = markKey(embedder.space);
  await context.store.write(["meta"], "relaxed", (tx) => tx.put("meta", { key, value: mark }));
}

async function begin(tx: ReadTx, space: string): Promise<{ from: number; mark: Mark; scopeKeys: string[] }> {
  const { order } = await readClock(tx);
  const { insertions } = await readMessageClock(tx);
  const known = (await tx.get("meta", markKey(space)))?.value as Mark | undefined;
  const scopeKeys = (await tx.getAll("scopes")).map((row) => row.scopeKey);
  return { from: known?.insertions === insertions ? known.order : 0, mark: { order, insertions }, scopeKeys };
}

function markKey(space: string): string {
  return `filled:${messageSpace(space)}`;
}

async function fillBatch(context: EngineContext, embedder: CachedEmbedder, rows: MessageRow[]): Promise<void> {
  const space = messageSpace(embedder.space);
  const keyOf = (row: MessageRow): string[] => [space, row.scopeKey, messageId(row)];
  const { lacking, known } = await context.store.read(["memories", "vectors"], async (tx) => {
    const missing: MessageRow[] = [];
    for (const row of rows) if (!(await tx.get("vectors", keyOf(row)))) missing.push(row);
    return { lacking: missing, known: await storedVectors(tx, embedder.space, missing) };
  });
  if (lacking.length === 0) return;
  const texts = lacking.map((row) => row.content).filter((text) => !known.has(text));
  const vectors = new Map([...known, ...(await embedder.embed(texts))]);
  await context.store.write(["meta", "messages", "vectors"], "relaxed", async (tx) => {
    await rememberSpaces(tx, [embedder.space]);
    for (const row of lacking) {
      const { scopeKey, order, index, content } = row;
      // Forgotten meanwhile: nothing of it is written down again.
      if ((await tx.get("messages", [scopeKey, order, index]))?.content !== content) continue;
      const vector = vectors.get(content)!;
      await tx.put("vectors", { space, scopeKey, id: messageId(row), hash: hashStatement(content), vector });
    }
  });
}

/** By text: of messages that are stored as memories word by word, what those have. */
async function storedVectors(
  tx: ReadTx,
  space: string,
  rows: readonly MessageRow[],
): Promise<Map<string, Float32Array>> {
  const known = new Map<string, Float32Array>();
  for (const { scopeKey, opId, index, content } of rows) {
    // An add with `infer: false` numbers its memories as its messages.
    const record = await tx.get("memories", `${opId}-${index}`);
    if (record?.memory !== content || record.scopeKey !== scopeKey) continue;
    const row = await tx.get("vectors", [space, scopeKey, record.id]);
    if (row?.hash === record.hash) known.set(content, row.vector);
  }
  return known;
}
