/** Entities that mean the same under another name, as an embedder sees it. Found before the transaction: it waits for nothing. */
import { EntityBook, normalizeName } from "../graph/index.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import type { EngineContext } from "./context.ts";
import type { CommitDecision } from "./engine.ts";
import { scopeKeyOf } from "../scope.ts";
import type { Message, PendingOp } from "../types.ts";
import { readGraph } from "./graph.ts";

/** From this cosine on two names are one; mem0's number. */
const SAME_NAME = 0.95;
/** Entities that a new name is compared with, the latest of the scope. */
const MAX_COMPARED = 200;

/**
 * By normalized name: the id of a known entity in the scope of the op, which is given where it was not accepted. Empty with a lexical embedder, whose similarity of names says only
 * that they are spelled alike.
 */
export async function similarNames(
  context: EngineContext,
  answering: () => Promise<CachedEmbedder>,
  { opId, decisions, op: unaccepted }: { opId: string; decisions: readonly CommitDecision[]; op?: PendingOp },
): Promise<ReadonlyMap<string, string>> {
  const similar = new Map<string, string>();
  const drafts = decisions.flatMap((d) => ("relations" in d && d.relations ? d.relations : []));
  if (drafts.length === 0) return similar;
  const embedder = await answering();
  if (embedder.kind !== "semantic") return similar;
  const known = await context.store.read(["pending", "entities", "relations"], async (tx) => {
    const op = unaccepted ?? (await tx.get("pending", opId));
    return op && { ...(await readGraph(tx, scopeKeyOf(op.scope))), self: selfNames(op) };
  });
  if (!known || known.entities.length === 0) return similar;
  const book = new EntityBook(known.entities, known.relations, known);
  const names = [...new Set(drafts.flatMap(({ source, target }) => [source, target]))];
  const unknown = names.filter((name) => normalizeName(name) !== "" && book.find(name) === null);
  if (unknown.length === 0) return similar;
  const recent = known.entities.slice(-MAX_COMPARED);
  const vectors = await embedder.embed([...unknown, ...recent.map((entity) => entity.name)]);
  for (const name of unknown) {
    const best = recent
      .filter((entity) => digitsOf(entity.name) === digitsOf(name))
      .map((entity) => ({ id: entity.id, cosine: dot(vectors.get(name)!, vectors.get(entity.name)!) }))
      .sort((a, b) => b.cosine - a.cosine)[0];
    if (best && best.cosine >= SAME_NAME) similar.set(normalizeName(name), best.id);
  }
  return similar;
}

/** "Room 101" and "Room 102" are close in every model, and not the same. */
function digitsOf(name: string): string {
  return (name.match(/\p{N}+/gu) ?? []).join(" ");
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The user's id names the user where who speaks is called so: else it may be anybody's name. */
export function selfNames({ scope: { userId }, messages }: Pick<PendingOp, "scope" | "messages">): string[] {
  const isSelf = ({ role, name }: Message): boolean =>
    role === "user" && normalizeName(name ?? "") === normalizeName(userId ?? "");
  return userId !== undefined && messages.some(isSelf) ? [userId] : [];
}
