/** Whom a text is by or about, as far as its first words tell. */
import { namesAmongStopWords } from "./names.ts";
import { splitStamp } from "./stamp.ts";
import { isStopWord, words } from "./tokenize.ts";

/** A name that a transcript puts before what it says: "Ann:", "Ann Lee:", "アン：". Capital or not. */
const SPEAKER = /^(\p{L}[\p{L}\p{M}.'\u2019 -]{0,38})[:：]\s/u;

/** A capital letter says name only in scripts that have them, and the first word of a sentence has one anyway. */
const FIRST_WORD = /^\p{Lu}[\p{L}\p{M}'\u2019-]*/u;

/** Whom a fact names as somebody of the user's: "User's sister Anna lives …", but not "User's name is Alice". */
const OF_THE_USER = /^User['\u2019]s (?:(?!is |was |are )\p{Ll}[\p{L}-]* ){1,2}(\p{Lu}[\p{L}\p{M}'\u2019-]*)/u;

/** Somebody who speaks of herself. */
const FIRST_PERSON = /(?:^|[^\p{L}\p{N}'\u2019])(?:I|[Mm]e|[Mm]yself)(?![\p{L}\p{N}])/u;

/** Whether a query asks about the user: "where do I live?" */
export function asksAboutUser(query: string): boolean {
  return FIRST_PERSON.test(query);
}

/**
 * The words of the name that a text begins with: its speaker ("Ann: I moved") or its subject ("Ann has a cat").
 * Any capitalised first word counts, since no list knows all names; [] where it is a stop word or there is none.
 *
 * @example
 * leadingName("[9:15, 3 May] Ann Lee: I moved"); // ["ann", "lee"]
 * leadingName("Ann's cat is ill");               // ["ann"]
 * leadingName("User's sister Ann is ill");       // ["ann"]
 */
export function leadingName(text: string): string[] {
  const [, said] = splitStamp(text);
  const speaker = SPEAKER.exec(said)?.[1] ?? OF_THE_USER.exec(said)?.[1];
  const names = namesAmongStopWords(said);
  return (speaker === undefined ? words(FIRST_WORD.exec(said)?.[0] ?? "").slice(0, 1) : words(speaker)).filter(
    (word) => !isStopWord(word) || names.has(word),
  );
}
