/** What a query looks for in languages other than English: without their stop words, and in every form of a word. */
import { clearest, isStopWordIn, LANGUAGES, languageOf, languageTerms, type Language } from "../text/languages.ts";
import { contentTerms, words } from "../text/tokenize.ts";
import { formsOf } from "../text/word-forms.ts";
import type { KeywordIndex } from "./keyword-index.ts";
import { queryTerms } from "./keyword-search.ts";

/** A query of more words than this is a text, and says enough as it is. */
const MOST_WORDS = 32;

/**
 * The terms of a query, each with those that are forms of the same word. A query that has no language of its own
 * ("Häuser Hamburg") is read in those of the texts searched. English is stemmed already: an English query, or one without
 * a language among English texts only, has each term by itself.
 * @returns disjoint lists, each led by the term of the query
 */
export function readQuery(indexes: readonly KeywordIndex[], query: string): string[][] {
  const terms = queryTerms(indexes, query);
  const said = [...new Set(words(query))];
  const language = languageOf(said);
  if (language === "en" || said.length > MOST_WORDS) return terms.map((term) => [term]);
  const telling = language ? said.filter((word) => !isStopWordIn(word, language)) : said;
  const dropped = new Set(language ? said.filter((word) => isStopWordIn(word, language)).map(termOf) : []);
  for (const word of [...telling, ...namesWithin(query, indexes)]) dropped.delete(termOf(word));
  const kept = terms.filter((term) => !dropped.has(term));
  return withForms(kept.length > 0 ? kept : terms, telling, language ? [language] : spokenIn(indexes));
}

/** What has a capital letter within a sentence and is what a text begins with: "Dove abita Mia?" */
function namesWithin(query: string, indexes: readonly KeywordIndex[]): string[] {
  const capitals = query.match(/(?<=[\p{L}\p{N},;] )\p{Lu}[\p{L}\p{M}]+/gu) ?? [];
  return capitals.flatMap(words).filter((word) => indexes.some((index) => index.nameFrequency(word) > 0));
}

function withForms(terms: readonly string[], said: readonly string[], languages: readonly Language[]): string[][] {
  const taken = new Set(terms);
  const groups = new Map(terms.map((term) => [term, [term]]));
  for (const word of said) {
    const group = groups.get(termOf(word));
    for (const language of group ? languages : []) {
      if (isStopWordIn(word, language)) continue;
      for (const form of formsOf(word, language).map(termOf)) {
        if (!taken.has(form)) group?.push(form);
        taken.add(form);
      }
    }
  }
  return [...groups.values()];
}

/** The languages in which one text at least is recognised. */
function spokenIn(indexes: readonly KeywordIndex[]): Language[] {
  const spoken = new Set(indexes.flatMap((index) => [...languagesOf(index)]));
  return LANGUAGES.filter((language) => spoken.has(language));
}

/** Looked for anew where the texts have changed since. */
const known = new WeakMap<KeywordIndex, { version: number; languages: ReadonlySet<Language> }>();

function languagesOf(index: KeywordIndex): ReadonlySet<Language> {
  const { version } = index;
  const before = known.get(index);
  if (before?.version === version) return before.languages;
  const languages = recognisedIn(index);
  known.set(index, { version, languages });
  return languages;
}

/**
 * English stop words are in no index, so they cannot outweigh those of a quotation, as they do in a query: then forms
 * are looked for that need not have been.
 */
function recognisedIn(index: KeywordIndex): Set<Language> {
  const width = LANGUAGES.length;
  const counts = new Uint8Array(width * index.size);
  for (const [term, languages] of languageTerms()) {
    index.forOwn(term, (slot) => {
      for (const language of languages) counts[width * slot + language]! += 1;
    });
  }
  const recognised = new Set<Language>();
  for (let at = 0; at < counts.length && recognised.size < width; at += width) {
    const language = clearest(counts, at);
    if (language) recognised.add(language);
  }
  return recognised;
}

/** As the index has it. */
function termOf(word: string): string {
  return contentTerms([word])[0] ?? word;
}
