/** A misspelt option has no effect, and nobody would be told: what is not known by name is refused. */
import { InvalidInputError } from "../errors.ts";
import { isIdName } from "../scope.ts";

/** Edits between a misspelt name and what was meant: a letter too few and two swapped, say. */
const MAX_EDITS = 2;

/** What other APIs call it, too far from ours to be a slip. */
const ELSEWHERE: Record<string, string> = { memoryId: "id", memory_id: "id", data: "text", memory: "text" };

/**
 * Names without a value count as absent, but for scope ids: whoever gives one means it.
 * @param known names, or a table of them; with false those that are taken and not advertised
 * @param where how the error begins: `search has no option`
 * @throws {InvalidInputError} for the first that is not known, with the nearest that is
 */
export function checkNames(
  given: object,
  known: readonly string[] | Readonly<Record<string, boolean>>,
  where: string,
): void {
  const names = new Map<string, boolean>(isList(known) ? known.map((name) => [name, true]) : Object.entries(known));
  const isGiven = ([name, value]: [string, unknown]): boolean => value !== undefined || isIdName(name);
  const unknown = Object.entries(given).find((entry) => isGiven(entry) && !names.has(entry[0]))?.[0];
  if (unknown === undefined) return;
  const ours = [...names.keys()].filter((name) => names.get(name));
  throw new InvalidInputError(`keepsake: ${where} "${unknown}". ${hintFor(unknown, ours)}`);
}

function hintFor(unknown: string, known: readonly string[]): string {
  if (/^(?:org|project)_?id$/i.test(unknown)) return "There are no organizations or projects here; leave it out.";
  const near = known.find((name) => name === ELSEWHERE[unknown]) ?? nearest(unknown, known);
  return near === undefined ? `Known: ${known.join(", ")}.` : `Did you mean ${near}?`;
}

/** `Array.isArray` does not tell a readonly list from a table. */
function isList(known: unknown): known is readonly string[] {
  return Array.isArray(known);
}

/** Case and underscores are of no account; a short name must be nearer than a long one. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const [first] = known
    .map((one) => ({ one, edits: editsBetween(plain(name), plain(one)) }))
    .filter(({ one, edits }) => edits <= MAX_EDITS && edits * 2 <= one.length)
    .toSorted((a, b) => a.edits - b.edits);
  return first?.one;
}

function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** Levenshtein's distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
