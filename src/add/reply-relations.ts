/** Relations in the reply to an extract request: asked for with `graph`, read generously, never a reason to ask again. */
import { MAX_DRAFTS } from "../graph/plan.ts";
import { mentions } from "../graph/names.ts";
import type { EntityType, JSONSchema, RelationDraft } from "../types.ts";
import { isFields, own } from "./reply-shapes.ts";

/** What is added to the instructions. One line: with every add it costs tokens of a small model. */
export const RELATIONS_INSTRUCTION = `- "relations": who is connected with whom or what now, as [source, predicate, target, type of target]. Source is "User" or a name; predicates like lives_in, works_at, married_to, has_sister, likes, dislikes, owns, uses, visited; type is person, place, organization or thing. What is over: "no_longer_works_at". No relation: []. Example: {"text":"User's sister Mia lives in Bonn","relations":[["User","has_sister","Mia","person"],["Mia","lives_in","Bonn","place"]]}`;

/** Of a fact's `relations`, for the schema. Lists of strings, since that is the shortest that every engine can constrain. */
export const RELATIONS_SCHEMA = {
  type: "array",
  items: { type: "array", items: { type: "string" } },
} satisfies JSONSchema;

/** Longer names and predicates are prose. In characters. */
const MAX_NAME = 120;
const MAX_PREDICATE = 60;
const TYPES: ReadonlyMap<string, EntityType> = new Map(
  Object.entries({
    person: "person",
    people: "person",
    place: "place",
    location: "place",
    city: "place",
    country: "place",
    organization: "organization",
    organisation: "organization",
    company: "organization",
    thing: "thing",
  } as const),
);

/**
 * The relations under `relations` (or `triples`, `graph`) of a fact: `["User","lives_in","Berlin","place"]`, or objects with
 * `source`, `predicate` (`relation`, `relationship`) and `target` (`destination`, `object`). Undefined where the key is
 * missing; what cannot be read is left out, for the fact matters more.
 */
export function readRelations(item: unknown): RelationDraft[] | undefined {
  const list = own(item, ["relations", "relationships", "triples", "graph"]);
  if (!Array.isArray(list)) return undefined;
  // A single relation where a list of them should be.
  const rows: unknown[] = list.length >= 3 && list.every((part) => typeof part === "string") ? [list] : list;
  return rows.slice(0, MAX_DRAFTS).flatMap((row) => readRelation(row) ?? []);
}

function readRelation(row: unknown): RelationDraft | null {
  const [source, predicate, target, type, sourceType] = Array.isArray(row) ? (row as unknown[]) : partsOf(row);
  if (!isWord(source, MAX_NAME) || !isWord(predicate, MAX_PREDICATE) || !isWord(target, MAX_NAME)) return null;
  const [ofTarget, ofSource] = [typeOf(type), typeOf(sourceType)];
  return {
    source: clean(source),
    predicate: clean(predicate),
    target: clean(target),
    ...(ofSource && { sourceType: ofSource }),
    ...(ofTarget && { targetType: ofTarget }),
  };
}

function partsOf(row: unknown): unknown[] {
  return [
    own(row, ["source", "subject", "from", "head"]),
    own(row, ["predicate", "relation", "relationship", "type_of_relation", "label"]),
    own(row, ["target", "destination", "object", "to", "tail"]),
    own(row, ["targetType", "target_type", "type"]),
    own(row, ["sourceType", "source_type"]),
  ];
}

/** Numbers, too: `["Rex","age",5]`. */
function isWord(value: unknown, max: number): value is string | number {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" && value.trim() !== "" && value.length <= max;
}

function clean(value: string | number): string {
  return String(value)
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}

function typeOf(value: unknown): EntityType | undefined {
  return typeof value === "string" ? TYPES.get(value.trim().toLowerCase()) : undefined;
}

/**
 * Relations that stand beside the facts instead of in them, given to the first fact that names both ends, else one
 * end, else to none.
 */
export function shareOut<F extends { text: string; relations?: RelationDraft[] }>(facts: F[], reply: unknown): F[] {
  const loose = isFields(reply) ? (readRelations(reply) ?? []) : [];
  if (loose.length === 0) return facts;
  const shared = facts.map((fact) => ({ ...fact }));
  for (const draft of loose) {
    const ends = (fact: F): number => [draft.source, draft.target].filter((name) => mentions(fact.text, name)).length;
    const best = shared.toSorted((a, b) => ends(b) - ends(a))[0];
    if (best && ends(best) > 0) best.relations = [...(best.relations ?? []), draft];
  }
  return shared;
}
