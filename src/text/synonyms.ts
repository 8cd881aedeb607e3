/**
 * Words that answer each other's questions: "where do I live?" is asked, and "moved to Hamburg" is what was said. English,
 * and only what nearly always means the same of a person; kinds of things, which count less, are in kinds.ts.
 */
import { tokenize } from "./tokenize.ts";

const SYNONYMS = `
live move relocate reside
job work employ
`;

let groups: ReadonlyMap<string, readonly string[]> | undefined;

/** Terms, as `tokenize` writes them, that stand for the same as a term; [] where there are none. */
export function synonyms(term: string): readonly string[] {
  groups ??= new Map(
    SYNONYMS.trim()
      .split("\n")
      .map((line) => [...new Set(tokenize(line))])
      .flatMap((terms) => terms.map((one) => [one, terms.filter((other) => other !== one)])),
  );
  return groups.get(term) ?? [];
}
