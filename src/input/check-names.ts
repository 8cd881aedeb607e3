/** A misspelt option has no effect, and nobody would be told: what is not known by name is refused. */
import { InvalidInputError } from "../errors.ts";

/** Edits between a misspelt name and what was meant: a letter too few and two swapped, say. */
const MAX_EDITS = 2;

/**
 * Names without a value count as absent.
 * @param where how the error begins: `search has no option`
 * @throws {InvalidInputError} for the first that is not known, with the nearest that is
 */
export function checkNames(given: object, known: readonly string[], where: string): void {
  const fields = Object.entries(given);
  const unknown = fields.find(([name, value]) => value !== undefined && !known.includes(name))?.[0];
  if (unknown === undefined) return;
  // Other APIs' spellings are taken, and not advertised.
  const ours = known.filter((name) => !name.includes("_"));
  const near = nearest(unknown, ours);
  const hint = near === undefined ? `Known: ${ours.join(", ")}.` : `Did you mean ${near}?`;
  throw new InvalidInputError(`keepsake: ${where} "${unknown}". ${hint}`);
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
