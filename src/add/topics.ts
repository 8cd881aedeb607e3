/** Whether a text is about a topic given in words, without a model. */
import { tokenize } from "../text/tokenize.ts";

/** True where the two share an informative word. */
export function isAbout(text: string, topic: string): boolean {
  const terms = new Set(tokenize(text));
  return tokenize(topic).some((term) => terms.has(term));
}
