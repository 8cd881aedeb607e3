/**
 * Text into words: one tokenizer for the keyword search and the hashing embedder, for every script.
 * Words are found by `Intl.Segmenter` (Unicode word boundaries, dictionaries for Chinese, Japanese and
 * Thai), then folded: case, compatibility forms and diacritics.
 */
import { stemmer } from "stemmer";
import { baseForm } from "./irregular.ts";
import { namesAmongStopWords } from "./names.ts";
import { isStopWord } from "./stop-words.ts";

export { isStopWord };

/** Longer "words" are ids and keys; Porter has nothing to say about them. In characters. */
const LONGEST_STEMMED = 40;

/** Stems kept, since Porter is a dozen regular expressions per word and texts repeat their words. */
const STEM_CACHE_SIZE = 8192;

/** A word with the marks that may join it: "don't", "3.14", "1,000", "u.s.a"; and "c++", "c#", which are not C. */
const ASCII_CHUNK = /[a-z][+#]+(?![a-z])|[a-z0-9]+(?:['.,][a-z0-9]+)*/g;
const UNICODE_CHUNK = /[a-z][+#]+(?![a-z])|[\p{L}\p{M}\p{N}]+(?:['.,][\p{L}\p{M}\p{N}]+)*/gu;
/** Which the segmenter cuts off. */
const MARKS_BEHIND = /(?<=[a-z])[+#]+(?![a-z])/iy;
const NON_ASCII = /[\u0080-\uffff]/;
const APOSTROPHES = /[\u2018\u2019\u02bc]/g;

/**
 * Only U+0300–036F and the vowel signs that Arabic may leave out. All of \p{M} would be wrong: it holds the vowels of
 * Thai and the Indic scripts and the mark that tells が from か.
 */
const DIACRITICS = /[\u0300-\u036f\u064b-\u0652]/g;

/** Letters that NFKD does not take apart, and how they are typed where a keyboard lacks them. */
const LETTERS: Readonly<Record<string, string>> = {
  ł: "l",
  ø: "o",
  đ: "d",
  ð: "d",
  ı: "i",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  þ: "th",
  ς: "σ",
};

/** Scripts written without spaces, and Hangul, whose words carry their particles. */
const CJK = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]+$/u;

/** What is left before "n't" where that is not the word itself. */
const NEGATED_STEMS: ReadonlyMap<string, string> = new Map([
  ["ca", "can"],
  ["wo", "will"],
  ["sha", "shall"],
]);

/** Negations as typed in a hurry. They lose their apostrophe, not their meaning. */
const BARE_NEGATIONS: ReadonlyMap<string, string> = new Map([
  ["cannot", "can"],
  ["cant", "can"],
  ["wont", "will"],
  ...["do", "does", "did", "is", "are", "was", "were", "have", "has", "had", "would", "could", "should"].map(
    (verb): [string, string] => [`${verb}nt`, verb],
  ),
]);

const BEFORE_MONTH: ReadonlySet<string> = new Set("in on since until by last next early late mid".split(" "));

const CLITICS: ReadonlyMap<string, string> = new Map([
  ["m", "am"],
  ["re", "are"],
  ["ll", "will"],
  ["ve", "have"],
  ["d", "would"],
]);

/**
 * All words of a text in order, folded and neither stemmed nor filtered: "I don't like Zürich" →
 * `i do not like zurich`. A text without letters and digits has none.
 */
export function words(text: string): string[] {
  return scan(text, false);
}

/**
 * Content terms of a text in order, repeats included: words without the English stop words (but "Will has a
 * boat" keeps its name), the Latin-letter ones stemmed and irregular forms led back to their base ("went" → `go`); for Chinese, Japanese and Korean also the pairs of adjacent characters, so
 * that a query finds a word that the dictionary cut elsewhere. Where every word is a stop word ("who are
 * you") all are kept.
 */
export function tokenize(text: string): string[] {
  return contentTerms(scan(text, true), namesAmongStopWords(text));
}

/** Words of a text that may be names: no stop words, and not stemmed, for Williams is not William. */
export function nameWords(text: string): string[] {
  const names = namesAmongStopWords(text);
  return words(text).filter((word) => !isStopWord(word) || names.has(word));
}

/**
 * The last steps of {@link tokenize}, for a caller that already has (some of) the words.
 * @param names stop words that are names here
 */
export function contentTerms(all: readonly string[], names: ReadonlySet<string> = new Set()): string[] {
  const kept = all.filter(
    (word, i) => !isStopWord(word) || names.has(word) || (word === "may" && isMonth(all[i - 1], all[i + 1])),
  );
  return (kept.length > 0 ? kept : all).map(stem);
}

/** "May" beside a number ("7 May", "May 2026") or after a word of time ("in May") is the month, else the verb. */
function isMonth(before = "", after = ""): boolean {
  return [before, after].some((word) => /^\d+(?:st|nd|rd|th)?$/.test(word)) || BEFORE_MONTH.has(before);
}

function scan(text: string, bigrams: boolean): string[] {
  // Chat is mostly ASCII, where the boundaries are simple: 10 times faster, and the same words (by test).
  if (!NON_ASCII.test(text)) {
    const out: string[] = [];
    for (const chunk of text.toLowerCase().match(ASCII_CHUNK) ?? []) splitChunk(chunk, out);
    return out;
  }
  return segment(text, bigrams);
}

// One for all: making a segmenter loads its dictionaries. The locale is fixed, so that an index built on
// one device is right on another.
let segmenter: Intl.Segmenter | undefined;

function segment(text: string, bigrams: boolean): string[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "word" });
  const out: string[] = [];
  let run: string[] = [];
  let runEnd = -1;
  const endRun = (): void => {
    if (run.length > 0) pushRun(run, out);
    run = [];
  };
  // Cut first, fold then: the dictionaries do not know decomposed text (Thai U+0E33).
  for (const { segment: raw, index, isWordLike } of segmenter.segment(text)) {
    if (isWordLike !== true) continue;
    if (index !== runEnd) endRun();
    MARKS_BEHIND.lastIndex = index + raw.length;
    const folded = fold(raw + (MARKS_BEHIND.exec(text)?.[0] ?? ""));
    if (bigrams && CJK.test(folded)) {
      run.push(folded);
      runEnd = index + raw.length;
      continue;
    }
    endRun();
    for (const chunk of folded.match(UNICODE_CHUNK) ?? []) splitChunk(chunk, out);
  }
  endRun();
  return out;
}

function fold(word: string): string {
  if (!NON_ASCII.test(word)) return word.toLowerCase();
  return (
    word
      .normalize("NFKD")
      .replace(DIACRITICS, "")
      .toLowerCase()
      // Recomposed: NFKD takes Hangul and が apart, and a bigram must not hold half a character.
      .normalize("NFC")
      .replace(/[łøđðıßæœþς]/g, (letter) => LETTERS[letter]!)
      .replace(APOSTROPHES, "'")
  );
}

/** The words of an unbroken CJK run, then its character pairs, without those that are words already. */
function pushRun(run: readonly string[], out: string[]): void {
  out.push(...run);
  const known = new Set(run);
  const characters = [...run.join("")];
  for (let i = 0; i + 1 < characters.length; i++) {
    const pair = `${characters[i]}${characters[i + 1]}`;
    if (!known.has(pair)) out.push(pair);
  }
}

/** Takes a chunk apart at its inner marks, keeping numbers and acronyms together. */
function splitChunk(chunk: string, out: string[]): void {
  if (!/['.,]/.test(chunk)) return pushWord(chunk, out);
  const atoms = chunk.split(/(['.,])/);
  let word = atoms[0] ?? "";
  // Whether `word` is spelled out so far: "u.s.a" is one word, "tea.coffee" is two.
  let spelled = isLetter(word);
  for (let i = 1; i < atoms.length; i += 2) {
    const mark = atoms[i];
    const next = atoms[i + 1] ?? "";
    if (mark !== "'" && endsInDigit(word) && startsWithDigit(next)) {
      // "1,000" is the number 1000; "3,14" is not 314.
      word = mark === "," && /^\d{3}$/.test(next) ? word + next : word + mark + next;
    } else if (mark === "." && spelled && isLetter(next)) {
      word += next;
    } else if (mark === "'" && /\p{L}$/u.test(word)) {
      word = joinClitic(word, next, out);
      spelled = false;
    } else {
      pushWord(word, out);
      word = next;
      spelled = isLetter(word);
    }
  }
  pushWord(word, out);
}

/** Emits what comes before an apostrophe and returns the word that comes after it. */
function joinClitic(before: string, after: string, out: string[]): string {
  if (after === "t" && before.endsWith("n")) {
    const verb = before.slice(0, -1);
    // "ain't" leaves nothing worth keeping but the negation.
    if (verb !== "ai") pushWord(NEGATED_STEMS.get(verb) ?? verb, out);
    return "not";
  }
  pushWord(before, out);
  return CLITICS.get(after) ?? after;
}

function pushWord(word: string, out: string[]): void {
  if (word === "") return;
  const verb = BARE_NEGATIONS.get(word);
  if (verb === undefined) out.push(word);
  else out.push(verb, "not");
}

function endsInDigit(word: string): boolean {
  return /\p{N}$/u.test(word);
}

function startsWithDigit(word: string): boolean {
  return /^\p{N}/u.test(word);
}

function isLetter(word: string): boolean {
  return /^\p{L}$/u.test(word);
}

const stems = new Map<string, string>();

/** Porter, for plain Latin words only: it maims numbers, codes ("b2b") and every other script. */
function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const stemmed = word.length <= LONGEST_STEMMED && /^[a-z]+$/.test(word) ? stemmer(baseForm(word)) : word;
  if (stems.size >= STEM_CACHE_SIZE) stems.clear();
  stems.set(word, stemmed);
  return stemmed;
}
