/** The slot of a statement: what it is about, so that a newer statement can find the older one. */
import { canonical, predicateOf, thirdPerson, type Predicate } from "./first-person.ts";
import { RELATIONS } from "./lexicon.ts";
import { NOUN_ATTRIBUTES, VALUE_FITS, VERB_SLOTS } from "./slot-patterns.ts";
import type { Slot } from "./types.ts";
import { wordSet } from "./words.ts";

const MAX_STATEMENT = 400;
/** A subject has no more words than this. */
const MAX_SUBJECT = 4;
const NOUN =
  /^((?:(?:all-time|least) )?[\p{L}'-]+(?: [\p{L}'-]+){0,3}?) (is|are|was|isn't|aren't|is not|are not|is now|are now|is no longer) (.+)$/iu;
const MANY_VALUED = wordSet(
  "hobby hobbies goal goals dream dreams interest interests allergy allergies pet pets kid kids",
);

/** A slot with the words its value left behind ("lives in Hamburg *with Anna*"). */
export interface ParsedSlot {
  slot: Slot;
  tail: string;
  retracts: boolean;
}

/**
 * Reads the slot of a statement in the third person ("User lives in Berlin", also without a subject: "Lives
 * in Berlin") or in the first ("I live in Berlin"). Null where the rules do not know the attribute.
 */
export function slotOf(statement: string): Slot | null {
  return parseSlot(statement)?.slot ?? null;
}

/** Whether two statements are about the same of the same: "moved to Hamburg" shares no word with "lives in Berlin". */
export function isOfOneSlot(a: string, b: string): boolean {
  const slot = slotOf(a);
  const other = slot && slotOf(b);
  return !!other && other.subject === slot.subject && other.attribute === slot.attribute;
}

/** {@link slotOf}, with what resolving needs besides. */
export function parseSlot(statement: string): ParsedSlot | null {
  if (statement.length > MAX_STATEMENT) return null;
  const words = tokensOf(statement);
  for (let size = 0; size <= MAX_SUBJECT && size < words.length; size++) {
    const subject = subjectName(words.slice(0, size));
    if (subject === null) continue;
    const rest = words.slice(size).join(" ");
    const found = nounSlot(subject, rest) ?? verbSlot(subject, predicateOf(rest));
    if (found !== null) return found;
  }
  return null;
}

function tokensOf(statement: string): string[] {
  const text = statement
    .replace(/[’‘ʼ]/g, "'")
    .trim()
    .replace(/^(?:the )?user\b/i, "User")
    .replace(/[.!\s]+$/, "");
  const clause = canonical(text);
  if (clause.startsWith("I ")) return ["User", ...thirdPerson(clause.slice(2)).split(/\s+/)];
  if (/^(?:my|our) /i.test(clause)) return ["User's", ...clause.split(/\s+/).slice(1)];
  return text.split(/\s+/);
}

/** What one word may not be, to be somebody: a pronoun, a verb, the head of another construction. */
const NOBODY =
  /^(?:it|he|she|they|we|you|this|that|these|those|there|who|what|every(?:one|body|thing)|some(?:one|body|thing)|no(?:body|thing)|anything|if|when|while|not|no|let's|is|are|was|has|have|would|will|can|can't|should|may|might|used|and|or|but|to|in|on|at|the|a|an)$/i;

/**
 * No words mean the user: other memories leave the subject out. Else a name ("Bob", "Bob Smith", "tommy_92"),
 * or an owner and what is theirs ("User's older sister").
 */
function subjectName(words: readonly string[]): string | null {
  const [first] = words;
  if (first === undefined) return "user";
  if (words.some((word) => NOBODY.test(word))) return null;
  const theirs =
    first.endsWith("'s") && words.slice(1).some((word) => RELATIONS.has(word.replace(/'s$/, "").toLowerCase()));
  const name = words.length === 1 || theirs || words.every((word) => /^\p{Lu}/u.test(word));
  return name ? words.join(" ").toLowerCase() : null;
}

function nounSlot(subject: string, rest: string): ParsedSlot | null {
  const match = NOUN.exec(rest);
  if (match === null || (subject !== "user" && !subject.endsWith("'s"))) return null;
  const [, nouns = "", verb = "", value = ""] = match;
  const last = nouns.toLowerCase().split(" ").at(-1) ?? "";
  const attribute = attributeName(nouns.toLowerCase());
  const somebody = nouns.split(" ").some((noun) => RELATIONS.has(noun.toLowerCase()));
  if (/'s\b/.test(nouns) || (somebody && !NOUN_ATTRIBUTES.has(nouns.toLowerCase()))) return null;
  // Without "User's" before it, only a noun that is known makes an attribute: "Everything is fine" does not.
  if (subject === "user" && !NOUN_ATTRIBUTES.has(attribute) && !attribute.startsWith("favorite ")) return null;
  // "My car is in the shop" tells where it is, not which.
  if (attribute !== "birthday" && /^(?:in|at|under|out|being)\b/i.test(value)) return null;
  if (VALUE_FITS.get(attribute)?.test(valueOf(value).value) === false) return null;
  const owner = subject.replace(/'s$/, "");
  const slot: Slot = {
    subject: owner,
    attribute,
    object: valueOf(value).value,
    polarity: /not|n't|no longer/.test(verb) || value.startsWith("not ") ? "negative" : "positive",
    single: !MANY_VALUED.has(last),
  };
  return { slot, tail: valueOf(value).tail, retracts: /no longer/.test(verb) || /\bany ?more\b/.test(value) };
}

function attributeName(nouns: string): string {
  const name = nouns.replace("favourite", "favorite");
  return NOUN_ATTRIBUTES.get(name) ?? name;
}

function verbSlot(subject: string, predicate: Predicate): ParsedSlot | null {
  if (subject.endsWith("'s")) return null;
  for (const { head, read, uncut } of VERB_SLOTS) {
    const match = head.exec(predicate.bare);
    if (match === null) continue;
    const { value, tail } = uncut === true ? { value: withoutNow(match[1] ?? ""), tail: "" } : valueOf(match[1] ?? "");
    const place = read(value, match, predicate);
    if (place === null) continue;
    const { attribute, object, single, negated } = place;
    const left = uncut === true ? "" : (after(match[1] ?? "", object) ?? tail);
    const negative = predicate.negative !== (negated ?? false);
    return {
      slot: { subject, attribute, object, polarity: negative ? "negative" : "positive", single },
      tail: left,
      retracts: predicate.retracts,
    };
  }
  return null;
}

/** Where a value ends and the circumstances begin. */
const CIRCUMSTANCE =
  /(?:,| \(| (?:now|currently|since|because|as of|last|next|this (?:year|month|week)|in (?:\d{4}|january|february|march|april|may|june|july|august|september|october|november|december)|for (?:\d+|a|an|the|now|over|about|\w+ (?:years?|months?|weeks?))|with|and|but|so|any ?more|these days|at the moment|again|originally|for good|yesterday|today|recently|a (?:few )?\w+ ago|\w+ (?:years?|months?|weeks?|days?) ago|right now|when|after|before|until|where|which|who)\b).*$/i;

function valueOf(text: string): { value: string; tail: string } {
  const cut = CIRCUMSTANCE.exec(text);
  const value = (cut === null ? text : text.slice(0, cut.index))
    .replace(/^(?:not |now |actually |just |really |also )+/i, "")
    .trim();
  return { value, tail: cut?.[0] ?? "" };
}

/** What the sentence says after the value; null where the value is not in it word for word. */
function after(words: string, value: string): string | null {
  const at = value === "" ? -1 : words.indexOf(value);
  return at < 0 ? null : words.slice(at + value.length);
}

function withoutNow(text: string): string {
  return text.replace(/ (?:now|any ?more|these days|again|at the moment|currently|right now)\b/gi, "").trim();
}
