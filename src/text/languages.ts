/**
 * Which language a text is in, by its stop words. Six languages beside English; what is in none of them, mixed or
 * unsure is in none, and is then treated as it always was.
 */
import { contentTerms, isStopWord } from "./tokenize.ts";

export const LANGUAGES = ["de", "fr", "es", "it", "pt", "nl"] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * Folded as `words` gives them. Those behind the bar tell nothing about the language, for they are English words or
 * names as well, by themselves or as `tokenize` writes them ("dans" → `dan`, "mais" and "May" → `mai`).
 * Negations are in no list, as in English.
 */
const STOP_WORDS: Readonly<Record<Language, string>> = {
  de: `der das dem du ist ich sie es er wir ihr ein eine einen einem einer eines mit zu zum zur auf aus nach auch aber
    oder und wie wo wer wann warum sich sein seine seinen seiner mein meine meinen meiner dein deine ihre ihren habe haben
    hatte wird wurde sind bei beim noch | die den des im von fur uber war hat hab man als bin am`,
  fr: `le la les un une des du de et est elle nous vous ils elles je tu il mon mes ses leur leurs qui que quoi quand avec
    chez sont etait ou aux cette ces ce se en sur qu | dans mais ma pour son sa ai on par plus j l d c n m t y au`,
  es: `el la un una unos unas de del en que es lo su sus mi mis tu tus se te por para como pero este esta estos
    estas esa ese muy ya cuando donde quien yo ella ellos nosotros fue tiene tengo soy si | los las le les con era hay mas son y a`,
  it: `il lo la gli un una uno di del della dei delle degli che sono mi ti si da dal dalla nel nella nei alla alle suo sua
    suoi mio miei tuo tua loro questo questa quello quella quando dove anche piu molto io lui noi voi dello |
    con per come ma era mia ha ho hai ai al e ed i chi ci lei le`,
  pt: `uma umas de da dos das nos por para que se sao foi ele ela eles elas voce meu minha meus minhas seu sua seus suas
    esta este isso isto muito quando onde quem como tem tinha ao aos ja tambem pelo pela te |
    o os um na nas em com e a as eu era mas do`,
  nl: `de het een en zijn haar maar voor ook ik je dat heeft hebben naar bij uit hij zij wij wordt werd nog mijn onze deze
    aan te om waar wie wanneer heb jij jullie hun er | met van den die over ons als dan ben door wat op hoe is`,
};

/** Also words of the others, so that they are no sign of English: "Häuser in Hamburg". */
const NOT_ONLY_ENGLISH: ReadonlySet<string> = new Set(
  "a am an as do has he her i in me may of on over s so was will".split(" "),
);

/** How many stop words it takes: one may be a name or a loan. */
const RECOGNISED_BY = 2;

/** By language, as {@link LANGUAGES}. */
let stopWords: readonly { telling: ReadonlySet<string>; all: ReadonlySet<string> }[] | undefined;

function lists(): NonNullable<typeof stopWords> {
  return (stopWords ??= LANGUAGES.map((language) => {
    const [telling = [], others = []] = STOP_WORDS[language].split("|").map((part) => part.trim().split(/\s+/));
    return { telling: new Set(telling), all: new Set([...telling, ...others]) };
  }));
}

/** Whether a word, as `words` gives it, carries no content in that language. */
export function isStopWordIn(word: string, language: Language): boolean {
  return lists()[LANGUAGES.indexOf(language)]!.all.has(word);
}

/**
 * The language of a text: the one of which it has the most stop words, two at least; English too, where it has any
 * and no other has more. Null where that is not so, or of two alike.
 * @param said its words, as `words` gives them
 */
export function languageOf(said: readonly string[]): Language | "en" | null {
  const different = [...new Set(said)];
  const counts = lists().map(({ telling }) => different.filter((word) => telling.has(word)).length);
  const english = different.filter((word) => isStopWord(word) && !NOT_ONLY_ENGLISH.has(word)).length;
  const most = Math.max(...counts);
  if (english >= most) return english > 0 ? "en" : null;
  return clearest(counts);
}

/**
 * The language that leads counts of different stop words; null where none does.
 * @param from where in the list the counts begin, one by language
 */
export function clearest(counts: ArrayLike<number>, from = 0): Language | null {
  let [best, most, next] = [0, 0, 0];
  for (let at = 0; at < LANGUAGES.length; at++) {
    const count = counts[from + at]!;
    if (count > most) [best, most, next] = [at, count, most];
    else if (count > next) next = count;
  }
  return most >= RECOGNISED_BY && most > next ? LANGUAGES[best]! : null;
}

let tellingTerms: ReadonlyMap<string, readonly number[]> | undefined;

/** The terms, as `tokenize` writes them, by which a language is recognised, with the places of their languages. */
export function languageTerms(): ReadonlyMap<string, readonly number[]> {
  return (tellingTerms ??= readTerms());
}

function readTerms(): Map<string, number[]> {
  const terms = new Map<string, number[]>();
  for (const [at, { telling }] of lists().entries()) {
    for (const term of new Set(contentTerms([...telling]))) terms.set(term, [...(terms.get(term) ?? []), at]);
  }
  return terms;
}
