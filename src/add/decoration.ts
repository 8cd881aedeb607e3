/** What an app writes around the memories in a prompt: bullets, labels, scores, dates, quotes, markup, JSON. */

/** Stands where a memory was cut out of a line. */
export const CUT = "\u0001";

const TAG = /<\/?[a-z][^<>]*>/g;
const ASIDE = /[([]([^()[\]]*)[)\]]/g;
/** Cells of a table with nothing but numbers in them. */
const CELL = /\|[\s\p{N}\p{P}]*(?=\||$)/gu;

/** Fields of what `search` and `getAll` give, as JSON has them: text, a list, an object, a number. */
const FIELD = new RegExp(
  `"(?:${[
    "id|hash|event|role|type|name|actor|attributed_?to|categories|feedback|immutable|memory_?type|rank|parts",
    "(?:user|agent|app|run|memory)_?id|metadata|sources|superseded|structured_?data|derived_?from",
    "(?:created|updated)(?:_?at)?|event_?time|expiration_?date|date|(?:rerank_?)?score|similarity|relevance",
  ].join("|")})"\\s*:\\s*(?:"[^"]*"|\\[(?:[^[\\]]|\\[[^[\\]]*\\])*\\]|\\{(?:[^{}]|\\{[^{}]*\\})*\\}|[\\w.+-]+)`,
  "g",
);
/** "score: .8", "id=4f2a-1". */
const VALUE = /\b(?:id|rank|score|similarity|relevance|(?:created|updated)(?:_?at)?)\s*[:=]\s*[\w.:+-]*\d[\w.:+-]*%?/g;

/** Words of a label before a colon: "Known about the user:". */
const LABEL = setOf(
  `known knowledge memory memories fact facts context background remembered recalled info information profile
  preference preferences about the of from i we you know what user assistant agent human ai relevant related
  stored saved long term past previous earlier history summary result results data text content messages message`,
);

/** Words in brackets: "(until 2026-01-01)", "[x]". */
const BESIDE = setOf(
  `x score similarity relevance until since from to on at as of said updated created last id am pm utc gmt
  jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september
  october november december mon tue wed thu fri sat sun`,
);

/** Punctuation that says nothing: "C" and "C#" differ, and a question is none of the memory. */
const SAYS_NOTHING = String.raw`(?![#%&@?¿؟‰§])[\s\p{P}|<>=` + "`]";
const TAIL = new RegExp(`^(?:${SAYS_NOTHING})*$`, "u");
const HEAD = new RegExp(`^(?:${SAYS_NOTHING}|[\\p{N}#+])*$`, "u");
/** The number of the next entry of a list that stands in one line. */
const NUMBER = /(?<!\p{N})\p{N}{1,3}[.)][\s"'*_]*$/u;

/**
 * Whether a line says nothing but what was cut out of it. What it adds, or takes back, makes it a statement of its own:
 * "I told you … and now I hate it", "… (50 mg)", "not true: …".
 * @param line in lower case, with {@link CUT} in the place of each memory, at least one
 */
export function isDecoration(line: string): boolean {
  const bare = line
    .replace(FIELD, " ")
    .replace(VALUE, " ")
    .replace(TAG, " ")
    .replace(ASIDE, (whole, inside: string) => (isBeside(inside) ? " " : whole))
    .replace(CELL, " ");
  const [head = "", ...behind] = bare.split(CUT);
  const tail = behind.pop() ?? "";
  return (
    HEAD.test(unlabelled(head)) &&
    behind.every((part) => TAIL.test(unlabelled(part).replace(NUMBER, ""))) &&
    TAIL.test(tail)
  );
}

/** Numbers, dates, ids, and the words that go with them. */
function isBeside(inside: string): boolean {
  const words = inside.match(/[\p{L}\p{N}]+/gu) ?? [];
  return (
    !inside.includes(CUT) &&
    words.every((word) => /^(?:\d[\dtz]*|(?=\D*\d)[\da-f]{4,})$/.test(word) || BESIDE.has(word))
  );
}

/** Without the label that it ends with, and the letters of a time in it. */
function unlabelled(part: string): string {
  const timeless = part.replace(/(?<![\d:.])\d[\d:.]*[tz]/g, "0");
  const colon = Math.max(timeless.lastIndexOf(":"), timeless.lastIndexOf("="));
  const words = timeless.match(/\p{L}+/gu) ?? [];
  const isLabel = words.every((word) => LABEL.has(word)) && !/\p{L}/u.test(timeless.slice(colon + 1));
  return isLabel && colon >= 0 ? "" : timeless;
}

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}
