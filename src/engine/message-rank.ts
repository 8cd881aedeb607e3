/** Ranking of kept messages: as of memories (docs/ranking.md), by words and surroundings, and by vectors where there are any. */
import { compileFilter, type Filterable } from "../search/filter.ts";
import { queryWords } from "../search/query-words.ts";
import { normalizeStatement } from "../text/statement.ts";
import { tokenize } from "../text/tokenize.ts";
import type { MessageSearchRequest } from "./engine.ts";
import type { HeldMessage, MessageView } from "./message-view.ts";
import { rank, type Ranked } from "./rank.ts";
import { timeSignalOf, type Timed } from "./time-signal.ts";

/** The query's vector, and what made it; null where messages are not embedded. */
export type QueryVector = { vector: Float32Array; kind: "semantic" | "lexical" } | null;

export type FoundMessage = Ranked<MessageView>;

const MESSAGES: Timed<MessageView> = {
  labels: (view) => view.labels(),
  timesAt(view, label) {
    const { at } = view.at(label);
    return { createdAt: at, updatedAt: at };
  },
  placeAt: (view, label) => view.at(label).order,
};

/** Best first; equal scores by order, then index, newest first. */
export function rankMessages(
  views: readonly MessageView[],
  request: Pick<MessageSearchRequest, "query" | "topK" | "threshold" | "filter" | "time">,
  vector: QueryVector,
): FoundMessage[] {
  const { query, filter, time } = request;
  return rank(views, request, {
    ...(vector ?? { vector: null, kind: "none" }),
    words: queryWords,
    allowed: views.map((view) => allowedLabels(view, filter)),
    isExact: isSameAs(query),
    time: timeSignalOf(time, MESSAGES),
    newestFirst,
  });
}

function isSameAs(query: string): (view: MessageView, label: number) => boolean {
  const wanted = normalizeStatement(query);
  const terms = new Set(tokenize(query)).size;
  // The same text has as many terms: to count is cheaper than to normalize.
  return (view, label) =>
    view.keywords.terms(label).length === terms && normalizeStatement(view.at(label).content) === wanted;
}

function newestFirst(a: FoundMessage, b: FoundMessage): number {
  const [x, y] = [a.view.at(a.label), b.view.at(b.label)];
  return y.order - x.order || y.index - x.index || (x.scopeKey < y.scopeKey ? -1 : 1);
}

/** Labels that pass the filter; null where all do. */
function allowedLabels(view: MessageView, filter: MessageSearchRequest["filter"]): number[] | null {
  if (!filter) return null;
  const accepts = compileFilter(filter);
  return view.labels().filter((label) => accepts(filterable(view.at(label), view)));
}

/** A message as the filter language sees one; what it does not have is null, as it is in a memory without it. */
function filterable({ role, content, name, at, opId }: HeldMessage, { scope }: MessageView): Filterable {
  return {
    scope,
    memory: content,
    createdAt: at,
    updatedAt: at,
    ...(role !== "system" && { attributedTo: role }),
    ...(name !== undefined && { actor: name }),
    metadata: { role, content, opId, ...(name !== undefined && { name }) },
  };
}
