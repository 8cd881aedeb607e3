/** Lines of messages that are no news: `search` handed them out, and the store still has them, in exactly this scope. */
import { untilAborted } from "../abort.ts";
import { scopeKeyOf } from "../scope.ts";
import { normalizeStatement } from "../text/statement.ts";
import type { MessageResult } from "../engine/results.ts";
import type { Message, PendingOp } from "../types.ts";
import type { Run } from "./ports.ts";
import { linesOf } from "./recalled.ts";

/** Without bullets and quotes. */
export interface KnownLines {
  /** Memories, word for word. */
  remembered: Set<string>;
  /** Lines of messages that are kept, and no memories. */
  kept: Set<string>;
}

export async function knownLines(run: Run, op: PendingOp, said: readonly Message[]): Promise<KnownLines> {
  const scopeKey = scopeKeyOf(op.scope);
  const suspects = (linesIn: (content: string) => string[]): string[] => [
    ...new Set(said.flatMap(({ content }) => linesIn(content))),
  ];
  const remembered = await rememberedAmong(
    run,
    op,
    suspects((content) => run.recalled.linesIn(scopeKey, content)),
  );
  const messageLines = suspects((content) => run.recalled.messageLinesIn(scopeKey, content));
  const kept = await keptAmong(
    run,
    op,
    messageLines.filter((line) => !remembered.has(line)),
  );
  return { remembered, kept };
}

async function rememberedAmong(run: Run, op: PendingOp, lines: string[]): Promise<Set<string>> {
  if (lines.length === 0) return new Set();
  const queries = lines.map((text) => ({ text }));
  const { facts } = await untilAborted(run.engine.recall(op.scope, queries, 1), run.signal);
  return new Set(facts.flatMap(({ text, neighbors }) => (neighbors.some((n) => n.exact) ? [text] : [])));
}

async function keptAmong(run: Run, op: PendingOp, lines: string[]): Promise<Set<string>> {
  const kept = new Set<string>();
  for (const line of lines) if (await isKept(run, op, line)) kept.add(line);
  return kept;
}

/**
 * Whether a message says it of which a memory lives, or which nothing was ever remembered of. Where what came of it was
 * deleted since, it is news.
 */
async function isKept(run: Run, { opId, scope }: PendingOp, line: string): Promise<boolean> {
  const wanted = normalizeStatement(line);
  // The op's own messages are kept as well, and say it of course.
  const request = { scope, query: line, topK: 5, threshold: 0, filter: { opId: { ne: opId } }, contextMessages: 0 };
  const saying = async (standing: boolean): Promise<MessageResult[]> => {
    const found = await untilAborted(run.engine.searchMessages({ ...request, standing }), run.signal);
    const says = ({ content }: Message): boolean => linesOf(content).some((one) => normalizeStatement(one) === wanted);
    return found.filter((result) => scopeKeyOf(result) === scopeKeyOf(scope) && says(result.message));
  };
  const all = await saying(false);
  if (all.length === 0 || all.some(({ memoryIds }) => memoryIds.length > 0)) return all.length > 0;
  return (await saying(true)).length === all.length;
}
