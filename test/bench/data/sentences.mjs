/** Texts to embed: of some 16 and some 64 tokens, each of its own. */
const WORDS =
  "walk river morning coffee garden music train letter window winter friend story bread yellow mountain city paper night".split(
    " ",
  );

/** @param {number} count @param {number} words of each */
export function sentences(count, words) {
  return Array.from({ length: count }, (_, text) =>
    Array.from({ length: words }, (_, i) => WORDS[(text * 7 + i * (text + 3)) % WORDS.length]).join(" "),
  );
}
