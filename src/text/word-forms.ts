/**
 * The forms of a word in languages other than English, by their endings: two words are forms of one where nothing but
 * the ending differs. After the light stemmers of Savoy ("Light stemming approaches for the French, Portuguese, German
 * and Hungarian languages", SAC 2006), which take off what number, gender and case add, with the commonest endings
 * of regular verbs; but turned round. They lead an ending back to a stem: this goes on to the words that have it, since
 * an index holds words and no such stems.
 */
import type { Language } from "./languages.ts";

/** Letters that stand before an ending at least. */
const SHORTEST = {
  /** Of a group that has letters of its own ("z ces": luz, luces). */
  special: 2,
  /** Of the last group, which is for all other words. */
  general: 3,
  /** With "+": endings of verbs, which short nouns only seem to have (mujer). */
  marked: 4,
};

/**
 * Endings that take each other's place, "-" for none; a word has those of the first group that it fits into.
 * German t before an ending counts to the ending, so that "wohnt", "wohnte" and "wohnen" are one.
 */
const ENDINGS: Readonly<Record<Language, string>> = {
  de: "in innen | - e en er ern em es n +t +te +ten +ter +tern +tem +tes",
  fr: "eau eaux | al ale aux ales | eux euse euses | ment ments | ier iere iers ieres | - e s es x +er +ent +ez +ons +ait +aient +ee +ees",
  es: "z ces | - o os a as e es +ar +er +ir +an +en +aba +aban +aron +ando +iendo +ado +ada +ados +adas +ido +ida +idos +idas +amos +emos +imos +io +ieron",
  it: "- o i a e hi he +are +ere +ire +ano +ono +ava +avano +ato +ata +ati +ate +iamo +ando",
  pt: "ao oes aos aes | al ais | el eis | em ens | - o os a as e es +ar +er +ir +am +ava +avam +ou +aram +ado +ada +ados +adas +ando +endo",
  nl: "- e en +s +ens +t +de +den +te +ten",
};

interface Ending {
  ending: string;
  /** Letters that must stand before it. */
  after: number;
}

/** Groups of endings, the longest first. */
const groups = new Map<Language, Ending[][]>();

function groupsOf(language: Language): Ending[][] {
  const known = groups.get(language);
  if (known) return known;
  const written = ENDINGS[language].split(" | ");
  const read = written.map((group, at) => readGroup(group, at === written.length - 1));
  groups.set(language, read);
  return read;
}

function readGroup(written: string, isLast: boolean): Ending[] {
  const after = isLast ? SHORTEST.general : SHORTEST.special;
  const endings = written.split(" ").map((ending) => ({
    ending: ending.replace(/^[-+]/, ""),
    after: ending.startsWith("+") ? SHORTEST.marked : after,
  }));
  return endings.sort(longestFirst);
}

function longestFirst(a: Ending, b: Ending): number {
  return b.ending.length - a.ending.length;
}

/** A word without its ending. */
interface Stem {
  stem: string;
  group: Ending[];
}

/** Null for a word that is too short to have one. */
function stemOf(word: string, language: Language): Stem | null {
  for (const group of groupsOf(language)) {
    const found = group.find(({ ending, after }) => word.endsWith(ending) && word.length - ending.length >= after);
    if (found) return { stem: plain(word.slice(0, word.length - found.ending.length), language), group };
  }
  return null;
}

/** Dutch spells one stem in several ways: boom and bomen, kat and katten, huis and huizen, brief and brieven. */
function plain(stem: string, language: Language): string {
  if (language !== "nl") return stem;
  if (/([^aeiou])\1$/.test(stem)) return stem.slice(0, -1);
  if (/[zv]$/.test(stem)) return stem.replace(/z$/, "s").replace(/v$/, "f");
  return stem.replace(/([aeou])\1([^aeiou])$/, "$1$2");
}

function spellings(stem: string, language: Language): string[] {
  if (language !== "nl") return [stem];
  return [
    stem,
    stem.replace(/s$/, "z").replace(/f$/, "v"),
    stem.replace(/([^aeiou])$/, "$1$1"),
    stem.replace(/([aeou])([^aeiou])$/, "$1$1$2"),
  ];
}

/**
 * What may be forms of the word, itself included; whether there are such words is for the reader's texts to tell. Each
 * is among the other's. A word with anything but Latin letters ("A380", "москва") has none but itself: names of things,
 * numbers and codes stay whole.
 * @param word as `words` gives it
 */
export function formsOf(word: string, language: Language): string[] {
  const own = /^\p{Script=Latin}+$/u.test(word) ? stemOf(word, language) : null;
  if (own === null) return [word];
  const forms = spellings(own.stem, language).flatMap((stem) => own.group.map(({ ending }) => stem + ending));
  return [...new Set([word, ...forms])].filter((form) => {
    const other = stemOf(form, language);
    return other?.stem === own.stem && other.group === own.group;
  });
}
