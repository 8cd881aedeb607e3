/** First-person clauses in one canonical form, and back into the third person. */
import { ADVERBS, BASE_VERBS, FILLERS } from "./lexicon.ts";

const SLIPS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    im: "I'm",
    ive: "I've",
    dont: "don't",
    doesnt: "doesn't",
    didnt: "didn't",
    cant: "can't",
    wont: "won't",
    isnt: "isn't",
    wasnt: "wasn't",
    havent: "haven't",
  }),
);

/** "i'm", "we're", "dont" … as "I am", "I am", "don't": one spelling, so that patterns need only one. */
export function canonical(clause: string): string {
  const first = /^(\w+)(.*)$/s.exec(clause);
  const start = first === null ? clause : `${SLIPS.get((first[1] ?? "").toLowerCase()) ?? first[1]}${first[2]}`;
  return start
    .replace(/(?<![\w.'])i(?=[\s',]|$)/g, "I")
    .replace(
      / (dont|doesnt|didnt|cant|wont|isnt|wasnt|havent)(?= )/gi,
      (_, slip: string) => ` ${SLIPS.get(slip.toLowerCase())}`,
    )
    .replace(/^we(?=[\s'])(?!(?:'re| are) (?:an?|the|all|both|just)\b)/i, "I")
    .replace(/^I(?:'m|'re| are)\b/, "I am")
    .replace(/^I(?:'ve| have got\b|'ve got\b)/, (found) => (found.endsWith("got") ? "I have got" : "I have"))
    .replace(/^I'll\b/, "I will")
    .replace(/^I'd\b/, "I would")
    .replace(/^I (?:aren't|ain't)/, "I am not")
    .replace(/^I were\b/, "I was")
    .replace(/^I weren't\b/, "I wasn't")
    .replace(/^(my|our) name's /i, "$1 name is ");
}

/** A predicate without its adverbs and denial, its verb in the first person: what patterns match. */
export interface Predicate {
  bare: string;
  negative: boolean;
  /** "didn't": only a stance survives that. */
  didNot: boolean;
  /** "no longer", "any more": takes back what was said before. */
  retracts: boolean;
}

const DENIALS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "don't": "",
    "doesn't": "",
    "didn't": "",
    "isn't": "am",
    "aren't": "am",
    "wasn't": "was",
    "haven't": "have",
    "hasn't": "have",
    "won't": "will",
    "wouldn't": "would",
    "weren't": "was",
  }),
);
const AUXILIARIES = new Set(["am", "was", "will", "would", "have", "did", "do"]);
/** A sentence goes no deeper than this before its verb. */
const MAX_HEAD = 8;

/** What follows the subject, in either person: "doesn't really like tea" → "like tea", denied. */
export function predicateOf(words: string): Predicate {
  const tokens = words.split(/\s+/);
  const head: string[] = [];
  let negative = false;
  let didNot = false;
  let at = 0;
  for (; at < tokens.length && at < MAX_HEAD; at++) {
    const token = (tokens[at] ?? "").toLowerCase();
    const denied = DENIALS.get(token);
    const base = firstPerson(token);
    if (denied !== undefined) {
      negative = true;
      didNot ||= token === "didn't";
      if (denied !== "") head.push(denied);
    } else if (token === "not" || token === "never") negative = true;
    else if (token === "no" && tokens[at + 1]?.toLowerCase() === "longer") {
      negative = true;
      at++;
    } else if (ADVERBS.has(token)) continue;
    else if (AUXILIARIES.has(base) && head.length === 0) {
      if (base === "did") didNot = true;
      else if (base !== "do") head.push(base);
    } else break;
  }
  const verb = tokens[at];
  const rest = tokens.slice(at + 1);
  const bare = [...head, ...(verb === undefined ? [] : [head.length === 0 ? firstPerson(verb) : verb]), ...rest].join(
    " ",
  );
  return { bare: perfect(bare), negative, didNot, retracts: /\bno longer\b|\bany ?more\b/i.test(words) };
}

/** "have been vegan" → "am vegan", "have lived in" → "live in" (it goes on), "have moved" → "moved". */
function perfect(bare: string): string {
  return bare
    .replace(/^have been (?=to [A-Z])/, "visited ")
    .replace(/^have been (?=diagnosed)/, "was ")
    .replace(/^have (?:been|become)\b/, "am")
    .replace(/^have got(?:ten)?(?= (?:married|divorced|engaged|promoted))/, "got")
    .replace(/^have got\b/, "have")
    .replace(/^have (lived|worked|loved|hated|liked|enjoyed|owned|played|spoken|known)\b/, (_, verb: string) =>
      verb === "spoken" ? "speak" : verb.replace(/d$/, "").replace(/^(work|enjoy|own|play)e$/, "$1"),
    )
    .replace(
      /^have (?=(?:just |recently )?(?:moved|started|quit|visited|bought|decided|chosen|switched|joined|left|adopted|booked|stopped|given|retired|graduated|signed|agreed|settled|accepted)\b)/,
      "",
    );
}

/** "lives" → "live", "is" → "am"; a word that is no verb in the third person is left as it is. */
export function firstPerson(word: string): string {
  const lower = word.toLowerCase();
  if (lower === "is" || lower === "are") return "am";
  if (lower === "were") return "was";
  if (lower === "has") return "have";
  if (lower === "does") return "do";
  if (BASE_VERBS.has(lower)) return lower;
  for (const base of [lower.replace(/s$/, ""), lower.replace(/es$/, ""), lower.replace(/ies$/, "y")]) {
    if (base !== lower && BASE_VERBS.has(base)) return base;
  }
  return word;
}

function thirdPersonVerb(word: string): string {
  switch (word) {
    case "am":
      return "is";
    case "have":
      return "has";
    case "don't":
      return "doesn't";
    case "haven't":
      return "hasn't";
  }
  return BASE_VERBS.has(word) ? withS(word) : word;
}

/** "answer" → "answers". */
export function withS(verb: string): string {
  if (/[^aeiou]y$/.test(verb)) return verb.replace(/y$/, "ies");
  return /(?:s|x|z|ch|sh|o)$/.test(verb) ? `${verb}es` : `${verb}s`;
}

/** "really love my dog" → "really loves their dog". */
export function thirdPerson(predicate: string): string {
  const tokens = predicate.split(/\s+/);
  const kept: string[] = [];
  let at = 0;
  for (; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    if (FILLERS.has(token.toLowerCase()) && at < tokens.length - 1) continue;
    const longer = token === "no" && tokens[at + 1] === "longer";
    if (!longer && token !== "longer" && !ADVERBS.has(token.toLowerCase())) break;
    kept.push(token);
  }
  const verb = tokens[at];
  if (verb !== undefined) kept.push(thirdPersonVerb(verb));
  return othersWords([...kept, ...tokens.slice(at + 1)].join(" "));
}

const PRONOUNS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    I: "they",
    "I'm": "they're",
    "I've": "they've",
    "I'll": "they'll",
    "I'd": "they'd",
    my: "their",
    me: "them",
    mine: "theirs",
    myself: "themselves",
    we: "they",
    "we're": "they're",
    "we've": "they've",
    "we'll": "they'll",
    "we'd": "they'd",
    our: "their",
    us: "them",
    ours: "theirs",
    ourselves: "themselves",
  }),
);

/** The speaker's pronouns as somebody else writes them: "my" → "their". "US", the country, stays. */
export function othersWords(text: string): string {
  return text
    .replace(/\b(?:I am|I was)\b/g, (found) => (found === "I am" ? "they are" : "they were"))
    .replace(
      /(?<![\w'-])(?:I|[Mm]y|[Mm]e|mine|myself|we|our|us|ours|ourselves)(?:'(?:m|ve|ll|d|re))?(?![\w'-])/g,
      (word) => PRONOUNS.get(word) ?? PRONOUNS.get(word.toLowerCase()) ?? word,
    );
}
