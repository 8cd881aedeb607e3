/** What a text is about, in words, without a model. */
import { tokenize } from "../text/tokenize.ts";

/** Of these no topic is made: whom all facts are about, and how one asks for facts. */
const EMPTY: ReadonlySet<string> = new Set(
  tokenize(
    `user agent assistant anything everything something nothing thing stuff fact information info detail topic subject
    matter say tell talk mention know regarding concerning related etc all every only other no not never without`,
  ),
);

/** The words that tell a topic, as `tokenize` gives them. */
export function topicTerms(text: string): string[] {
  return tokenize(text).filter((term) => !EMPTY.has(term));
}

/** The same of a fact: whom it is about is no topic, even where her name is Rose. */
export function termsOfFact(text: string, actor?: string): ReadonlySet<string> {
  return new Set(topicTerms(actor !== undefined && text.startsWith(actor) ? text.slice(actor.length) : text));
}

/** Whether a fact shares a word with what is asked for, and none with what is not. Words that tell no topic ask for nothing. */
export function isWanted(terms: ReadonlySet<string>, { includes = "", excludes = "" }: Topics): boolean {
  const asked = topicTerms(includes);
  const isNamed = (term: string): boolean => terms.has(term);
  return (asked.length === 0 || asked.some(isNamed)) && !topicTerms(excludes).some(isNamed);
}

interface Topics {
  includes?: string;
  excludes?: string;
}
