/** What a noun phrase names: a lasting state, an occupation, a person. */
import { KNOWN_THINGS, OCCUPATIONS, STATES } from "./lexicon.ts";
import { stems } from "./words.ts";

/** The noun phrase before a relative clause or a purpose. */
export const phrase = (rest: string): string[] =>
  (rest.split(/ (?:that|which|who|for|to|about|of|because|where|and I)\b/)[0] ?? "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}-]+/u);

/** A state comes at once, or after one word of measure ("strictly vegan"); "6 feet tall" is one, too. */
export function hasState(rest: string): boolean {
  return phrase(rest)
    .slice(0, /^(?:[\d.']+|one|two|three|four|five|six|seven|eight|nine) /.test(rest) ? 4 : 2)
    .some((word) => STATES.has(word));
}

/** True where a noun phrase names an occupation by its last word. */
export function isOccupation(noun: string): boolean {
  return OCCUPATIONS.has(noun.toLowerCase().split(/\s+/).at(-1) ?? "");
}

/** What phones capitalise and is no name. */
const MOODS =
  /^(?:sorry|done|good|fine|ok|okay|back|here|sure|not|new|happy|sad|tired|ready|glad|bored|hungry|lost|stuck|late|busy|sick|home|just|so|very|looking|trying|working|using|having|getting|going|interested)\b/i;

/** A single capitalised name that is no nationality, creed or mood. */
export function isName(rest: string): boolean {
  if (MOODS.test(rest)) return false;
  return (
    /^\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)?$/u.test(rest) &&
    !STATES.has(rest.toLowerCase()) &&
    !KNOWN_THINGS.has(rest.toLowerCase()) &&
    stems(rest).length > 0
  );
}
