/** English stop words that are names or acronyms where they are written as such: Will, May, IT, WHO, The Who. */

/** As they are written; small letters are always the stop word. */
const WRITTEN = /\b(?:Will|May|IT|WHO|(?<=\bThe )Who)\b/g;

/** Where a sentence begins, in which every word has a capital: at the start, behind its marks and behind a speaker. */
const SENTENCE_START = /(?:^|[.!?…:\n])["'“‘(\s]*$/;

/** What follows a name that a sentence begins with ("Will has", "Will's", "Will works"), but not "May this" or "Will he". */
const AFTER_NAME =
  /^(?::|['’]s\b| (?:and|is|has|had|was|does|did|can|would|(?!(?:this|his|its|ours|yours|hers|theirs)\b)[a-z]{3,}(?:s|ed))\b(?!.*\?))/;

/** Which of its stop words a text uses as a name, in small letters. In a text of capital letters only none. */
export function namesAmongStopWords(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { 0: name, index } of text.matchAll(WRITTEN)) {
    if (isName(name, text.slice(0, index), text.slice(index + name.length))) names.add(name.toLowerCase());
  }
  return names;
}

function isName(name: string, before: string, after: string): boolean {
  if (name === name.toUpperCase()) return /[a-z]/.test(before + after);
  return !SENTENCE_START.test(before) || AFTER_NAME.test(after);
}
