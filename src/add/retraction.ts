/** Facts that say only that something is over, or is to be forgotten: when it is deleted, nothing of them is left to keep. */
import { firstPerson, stems } from "./rules/index.ts";

const RETRACTS = /\b(?:no (?:longer|more)|any ?more|forget|forgotten|delete|deleted|erase|erased)\b/gi;
/** What a retraction is worded with, beside the words of what it takes back. */
const WORDING = new Set(
  `does do did not is are has been user asks asked wants wanted wishes wished to that they their them he she his her
  about and or assistant everything anything information memory memories fact facts`
    .split(/\s+/)
    .flatMap(wordsOf),
);

/**
 * Whether a fact tells nothing beyond that what these memories state is over or to be forgotten: "User no longer has a
 * dog" of "User has a dog". A denial alone ("does not eat steak") is a statement of its own, and so is what gives a
 * reason or names what holds now ("lives in Hamburg now, no longer in Berlin").
 */
export function onlyRetracts(fact: string, memories: readonly string[]): boolean {
  const rest = fact.replace(RETRACTS, " ");
  if (rest === fact) return false;
  const known = new Set(memories.flatMap(wordsOf));
  return wordsOf(rest).every((word) => known.has(word) || WORDING.has(word));
}

function wordsOf(text: string): string[] {
  return stems(
    text
      .replace(/n['’]t\b/g, " not")
      .split(/\s+/)
      .map(firstPerson)
      .join(" "),
  );
}
