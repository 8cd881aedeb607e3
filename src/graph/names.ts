/** Names of entities: which two spellings mean the same, and which mean the user. */

/** Id of the entity that the memories of a scope are about. */
export const USER_ID = "user";
/** How it is shown. */
export const USER_NAME = "User";

/** A longer "name" is a clause. In characters. */
export const MAX_NAME_LENGTH = 120;

const SELF = new Set(["user", "i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "ourselves", "speaker"]);
const ARTICLE = /^(?:the|an?|their|his|her|its) (?=\S)/;
const LEGAL_FORM = /,? (?:inc|ltd|llc|llp|plc|corp|gmbh|ag|s\.a|b\.v|co)\.?$/;
/** "c#" and "c++" keep their marks, emoji too. */
const OUTER_MARKS = /^[^\p{L}\p{M}\p{N}\p{S}#.]+|[^\p{L}\p{M}\p{N}\p{S}#]+$/gu;

/**
 * Equal for names that differ in case, spacing, compatibility forms, quotes, articles, possessives or a legal form
 * only: "The  Acme, Inc." and "acme's" → "acme". "My dog" → "user's dog". Empty where nothing is left.
 */
export function normalizeName(name: string): string {
  let text = straighten(name)
    .toLowerCase()
    .replace(/^(?:my|our) (?=\S)/, "user's ");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(ARTICLE, "").replace(/'s?$/, "").replace(LEGAL_FORM, "").replace(OUTER_MARKS, "");
  }
  return text;
}

/** A name as it is shown: one line, without quotes and a lower-case article before it. */
export function displayName(name: string): string {
  return straighten(name)
    .replace(/^(?:the|an?|their|his|her|its) (?=\S)/, "")
    .replace(/^(?:[Mm]y|[Oo]ur|[Tt]he user's) (?=\S)/, "User's ")
    .replace(/'s$/, "")
    .replace(/[\s,;.]+$/, "");
}

/** Whether a normalized name is the user's own "I". */
export function isSelf(normalized: string): boolean {
  return SELF.has(normalized);
}

function straighten(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/["\u201c\u201d\u201e\u00ab\u00bb]/g, "")
    .replace(/[\s_]+/g, " ")
    .trim();
}

const WORD = /[\p{L}\p{M}\p{N}\p{S}#]+(?:['.&/-][\p{L}\p{M}\p{N}\p{S}#]+)*/gu;
/** Scripts written without spaces: a name may stand anywhere in them. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]/u;

/** Words of a text, as names are looked up in it. */
export function wordsOf(text: string): string[] {
  return straighten(text).match(WORD) ?? [];
}

/** Whether a name has no spaces around it in a text of its own script. */
export function isUnspaced(name: string): boolean {
  return UNSPACED.test(name);
}

/** Whether a text contains a name, as whole words. */
export function mentions(text: string, name: string): boolean {
  const wanted = normalizeName(name);
  if (wanted === "") return false;
  if (isUnspaced(wanted)) return straighten(text).toLowerCase().includes(wanted);
  const spaced = ` ${wordsOf(text).map(normalizeWord).join(" ")} `;
  return spaced.includes(` ${wordsOf(wanted).map(normalizeWord).join(" ")} `);
}

function normalizeWord(word: string): string {
  return word.toLowerCase().replace(/'s?$/, "");
}
