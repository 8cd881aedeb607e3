/** How a search reads the words of its query. Tables, mostly: a search awaits the part that they load with. */
import { kindMembers } from "../text/kinds.ts";
import { synonyms } from "../text/synonyms.ts";
import type { KeywordSearchOptions } from "./keyword-search.ts";
import { readQuery } from "./read-query.ts";

export type QueryWords = Required<Pick<KeywordSearchOptions, "read" | "related">>;

export const queryWords: QueryWords = {
  read: (indexes, query) => withSynonyms(readQuery(indexes, query)),
  related: kindMembers,
};

/** A synonym that is asked for itself stays a word of its own. */
function withSynonyms(groups: readonly string[][]): string[][] {
  const taken = new Set(groups.flat());
  return groups.map((group) => {
    const more = group.flatMap((term) => synonyms(term)).filter((term) => !taken.has(term));
    for (const term of more) taken.add(term);
    return [...group, ...new Set(more)];
  });
}
