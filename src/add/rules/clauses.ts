/** From a message to clauses that may stand alone. */
import { cleanLines } from "./clean.ts";
import { canonical } from "./first-person.ts";

/** Longer sentences are hardly ever a plain statement about oneself. */
export const MAX_SENTENCE = 300;

const SEGMENTER = new Intl.Segmenter("en", { granularity: "sentence" });
const ABBREVIATION =
  /\b(?:Dr|Mr|Mrs|Ms|St|Mt|Ft|Prof|Jr|Sr|vs|e\.g|i\.e|etc|approx|U\.S|U\.K|(?<=\p{L}\p{Ll}* )[A-HJ-Z])\.\s*$/u;
/** ICU does not break before a lower-case letter, chat writers do. */
const LOWER_START = /(?<=[\p{L}\p{N})][.!])\s+(?=(?:i|i'm|im|my|we|we're|let's)\b)/u;

const OPENER =
  /^(?:(?:actually|by the way|btw|well|so|oh|also|and|but|ok(?:ay)?|alright|(?:hey|hi|hello|hiya)(?: there| all| [A-Z][a-z]+)?|good (?:morning|evening|afternoon)|yes|yeah|yep|yup|no|nope|sure|thanks(?: a lot| so much)?|thank you(?: so much)?|cool|great|nice|right|(?:just )?fyi|just so you know|for (?:context|reference|the record|what it's worth|your information|me)|honestly|to be (?:honest|fair|clear)|tbh|in fact|anyways?|personally|frankly|unfortunately|sadly|luckily|fortunately|basically|um+|uh+|hmm+|lol|haha|first(?: of all| off)?|one (?:more )?thing|update|correction|note|plus|please|fun fact|besides|because|since)[\s,:.!-]+|(?:please )?(?:just )?(?:remember|note|keep in mind|don't forget|do not forget|be aware|you should (?:know|remember)|i should (?:mention|add|say)|i forgot to (?:mention|say|tell you)|i (?:must|have to) (?:admit|say|confess)|the thing is|it turns out)(?: that)?[,:]? )/i;
const TRAILER =
  /(?:[\s,]+(?:too|as well|either|though|tho|lol|haha|btw|by the way|actually|please|thanks(?: a lot)?|thank you|you know|(?:nice|pleased) to meet you|to be honest|tbh|honestly)|[\s,]*[:;]-?[()D]|[\s.,!;:*~-]|\p{Extended_Pictographic}|\uFE0F)$/iu;

const UNIT = "(?:days?|weeks?|months?|years?)";
const DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day";
const MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)";
const LEADING_TIME = new RegExp(
  `^((?:last|next|this|every) (?:week|weekend|month|year|night|summer|winter|spring|fall|autumn|${DAY}|${MONTH})|yesterday|today|tomorrow|tonight|now|currently|recently|lately|nowadays|these days|right now|at the moment|(?:an?|a few|several|one|two|three|four|five|six|\\d+) ${UNIT} ago|in (?:\\d{4}|${MONTH})|on ${DAY}),? (?=(?:I|we|my|our)\\b)`,
  "i",
);
/** A sentence under a condition says nothing about the world as it is. */
const CONDITION =
  /^(?:if|unless|suppose|supposing|imagine|pretend|assuming|assume|let's (?:say|assume|pretend|imagine)|say|what if|when|whenever|while|until|in case|as if|had|were|once)\b/i;

const SUBJECT =
  "(?:(?:I|we|im|ive|let's|(?:you can )?call me)\\b|(?:my|our)(?: [\\w'-]+){1,4} (?:is|are|was|has|have|lives?|works?|loves?|hates?|likes?)\\b)";
/** Verbs that leave no doubt that a new statement begins ("and work as"), its subject being the one before. */
const STRONG =
  "(?:live (?:in|with)|work (?:as|at|for|in)|am|have (?:an?|two|three|four|\\d)|speak|love|hate|prefer|enjoy|own|don't|do not|can't|never (?:eat|drink)|moved to|study)\\b";
const ASKS =
  "(?:what|how|which|where|who|why|when|can|could|would|should|do|does|did|is|are|any|will|got any|what's|whats|please)\\b";
const BREAKS = new RegExp(
  [
    `\\s*;\\s+`,
    `\\s+[—–-]{1,2}\\s+`,
    `\\s*\\.\\.\\.\\s*`,
    `,\\s+so\\s+`,
    `,?\\s+(?:but|and|so|yet|though|although|while|whereas|plus|because)\\s+(?:also\\s+|now\\s+)?(?=${SUBJECT})`,
    `(?:,|,?\\s+but)\\s+(?=(?:it|it's|that|that's|they|he|she|you|the|nothing)\\b)`,
    `,\\s+(?=(?:now\\s+|also\\s+|then\\s+)?${SUBJECT})`,
    `,?\\s+(?:and|but)\\s+(?=${STRONG})`,
    `,\\s+(?=an?\\s)`,
    `(?:,|,?\\s+(?:and|so|but))\\s+(?=${ASKS})`,
  ].join("|"),
  "gi",
);
/** What shares its infinitive or modal with the verb after "and": "I want to move and work as a chef". */
const OPEN_VERB = /\b(?:to [a-z]+|will|would|could|should|must|can|might|let's|didn't|don't)\b/;

/** The clauses of a message, in the first person, openers stripped; questions and conditions left out. */
export function clausesOf(content: string): string[] {
  return cleanLines(content).flatMap(sentences).flatMap(clauses);
}

function sentences(line: string): string[] {
  const joined: string[] = [];
  for (const { segment } of SEGMENTER.segment(line)) {
    const last = joined.length - 1;
    if (last >= 0 && ABBREVIATION.test((joined[last] ?? "").slice(-12))) joined[last] += segment;
    else joined.push(segment);
  }
  return joined.filter((one) => one.length <= MAX_SENTENCE).flatMap((one) => one.split(LOWER_START));
}

function clauses(sentence: string): string[] {
  const asked = /\?[\s"')!?]*$/.test(sentence);
  const opened = withoutOpeners(sentence);
  if (CONDITION.test(opened)) return [];
  const time = LEADING_TIME.exec(opened);
  const parts = split(opened.slice(time?.[0].length ?? 0));
  if (asked) parts.pop();
  const condition = parts.findIndex((part) => /\b(?:if|unless)\b/i.test(part));
  return (condition < 0 ? parts : parts.slice(0, condition))
    .map((part, index) => finish(part, index === 0 ? time?.[1] : undefined))
    .filter((part) => part !== "");
}

function withoutOpeners(text: string): string {
  let rest = text.trim();
  for (let turn = 0; turn < 6; turn++) {
    const opener = OPENER.exec(rest);
    if (opener === null) break;
    rest = rest.slice(opener[0].length);
  }
  return rest;
}

/** Time said first goes last: "Last year I visited Japan" → "I visited Japan last year". */
function finish(clause: string, time: string | undefined): string {
  const opened = withoutOpeners(clause);
  const moved = LEADING_TIME.exec(opened);
  const body = trimEnd(opened.slice(moved?.[0].length ?? 0));
  const when = time ?? moved?.[1];
  return canonical(when === undefined ? body : `${body} ${when.toLowerCase()}`);
}

function trimEnd(text: string): string {
  let rest = text;
  for (let match = TRAILER.exec(rest); match !== null; match = TRAILER.exec(rest)) rest = rest.slice(0, match.index);
  return rest;
}

function split(sentence: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const match of sentence.matchAll(BREAKS)) {
    const left = sentence.slice(start, match.index);
    const right = sentence.slice(match.index + match[0].length);
    if (!breaksHere(left, right)) continue;
    parts.push(withSubject(left, parts));
    start = match.index + match[0].length;
  }
  parts.push(withSubject(sentence.slice(start), parts));
  return parts;
}

function breaksHere(left: string, right: string): boolean {
  // "My wife and I" is one subject.
  if (/^(?:my|our)(?: [\w'-]+){1,2}$/i.test(left)) return false;
  if (APPOSITION.test(right)) return INTRODUCTION.test(left);
  if (!startsWithVerb(right)) return true;
  return /^(?:I|we|im)\b/i.test(left) && !OPEN_VERB.test(left);
}

/** "I'm John, a teacher": the name and what he is. */
const INTRODUCTION = /^(?:I'm|I am|[Ii]m|[Mm]y name is|[Mm]y name's) \p{Lu}\p{Ll}+$/u;
const APPOSITION = /^an? /i;
const STARTS_WITH_VERB = new RegExp(`^${STRONG}`, "i");
const startsWithVerb = (text: string): boolean => STARTS_WITH_VERB.test(text);

function withSubject(part: string, before: readonly string[]): string {
  const last = before.at(-1);
  if (last === undefined) return part;
  if (APPOSITION.test(part) && INTRODUCTION.test(last)) return `I am ${part}`;
  return startsWithVerb(part) ? `I ${part}` : part;
}
