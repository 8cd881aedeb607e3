import { stemmer } from "stemmer";

/** The words of a space-separated list, for quick look-up. */
export const wordSet = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** Words that carry no value of their own: two objects that differ in them only are the same. */
const STOP = wordSet(`
  a an the some any my our their his her its your of to in on at for with really very so much just also actually
  quite absolutely totally pretty currently now anymore more these days still again strict lifelong own
`);

const NUMBERS = "zero one two three four five six seven eight nine ten".split(" ");

/** Lower case, straight quotes, single spaces, nothing at the ends but letters and digits. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’‘ʼ]/g, "'")
    .replace(/[^\p{L}\p{M}\p{N}'@.+#/-]+/gu, " ")
    .replace(/^[ '.]+|[ '.]+$/g, "");
}

function informative(phrase: string): string[] {
  return plain(phrase)
    .split(" ")
    .filter((word) => word !== "" && !STOP.has(word));
}

/** The informative words of a phrase, readable: what an attribute is called. */
export function keyWords(phrase: string): string {
  const words = informative(phrase).join(" ");
  return words === "" ? plain(phrase) : words;
}

/** The informative words of a phrase, stemmed, in order. */
export function stems(phrase: string): string[] {
  return informative(phrase).map((word) => stemmer(word.replace(/'s$/, "").replace("favour", "favor")));
}

/** Equal for phrases that mean the same up to stop words and endings. */
export function phraseKey(phrase: string): string {
  const key = stems(phrase).join(" ");
  return key === "" ? plain(phrase) : key;
}

/** "two" → "2", "a" → "1"; null for no number. */
export function numberOf(word: string): string | null {
  if (/^\d{1,4}$/.test(word)) return word;
  const at = NUMBERS.indexOf(word);
  if (at >= 0) return String(at);
  if (word === "no") return "0";
  return word === "a" || word === "an" ? "1" : null;
}
