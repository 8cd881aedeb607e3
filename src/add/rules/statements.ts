/** A clause in the first person → the statement in it, in the third. */
import { isAssertion, namesItself } from "./guards.ts";
import { firstPerson, othersWords, predicateOf, thirdPerson } from "./first-person.ts";
import { ATTRIBUTE_NOUNS, BASE_VERBS, PLAN_NOUNS, RELATIONS } from "./lexicon.ts";
import { isName } from "./nouns.ts";
import { PATTERNS, type Pattern } from "./patterns.ts";
import type { RuleKind } from "./types.ts";

export interface Statement {
  kind: RuleKind;
  text: string;
}

const DECISION =
  /^let's (not )?(use|go with|switch to|stick with|stick to|pick|choose|adopt|migrate to|move to|deploy (?:on|to)|keep using|keep|build it with|drop) (.+)$/i;
const CALLED =
  /^(?:(?:[Yy]ou can |[Yy]ou may |[Jj]ust |[Pp]lease |(?:[Mm]y )?(?:[Ff]riends|[Pp]eople|[Ee]veryone|[Ee]verybody) (?:just )?)?[Cc]alls? me|I go by) (\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*){0,2}|[\p{Ll}-]+)$/u;
const NO_NAME = /^(?:back|later|tomorrow|crazy|maybe|anytime|when|names?|now|today|stupid|old-fashioned)$/i;
const PAIR = /^(?:my|our) ([\w-]+(?: [A-Z][\w-]*)?) and I (.+)$/i;
/** A number alone answers no "how old". */
const BARE_AGE = /^am \d{1,3}(?=$| now$)/;
const FAVORITE_LAST = /^(.{2,60}?) (?:is|are) (?:my|our) ((?:all-time )?favou?rite [\w-]+(?: [\w-]+){0,2})$/;
const FAVORITE =
  /^((?:all-time |least )?(?:favou?rite|fave?) (?!thing)[\w'-]+(?: (?!about|it|this|that)[\w'-]+){0,2}?) (is|are|was) (.+)$/i;

/** The statement that a canonical clause makes, or null: no statement, not about the speaker, or not clear alone. */
export function statementOf(clause: string, subject: string): Statement | null {
  const called = CALLED.exec(clause)?.[1];
  if (called !== undefined && !NO_NAME.test(called)) return { kind: "attribute", text: `${subject} goes by ${called}` };
  if (!isAssertion(clause)) return null;
  const decision = DECISION.exec(clause);
  if (decision !== null) return decided(decision, subject);
  if (clause.startsWith("I ")) return aboutSpeaker(clause.slice(2), subject);
  const pair = PAIR.exec(clause);
  if (pair !== null) return aboutPair(pair, subject);
  const favorite = FAVORITE_LAST.exec(clause);
  if (favorite !== null) return favoriteLast(favorite, subject);
  const owned = /^(?:my|our) (.+)$/i.exec(clause);
  return owned === null ? null : aboutOwned(owned[1] ?? "", subject);
}

function decided(match: RegExpExecArray, subject: string): Statement | null {
  const [, not, verb = "", object = ""] = match;
  if (!namesItself(object)) return null;
  const text = `${subject} decided ${not === undefined ? "" : "not "}to ${verb.toLowerCase()} ${othersWords(object)}`;
  return { kind: "decision", text };
}

function aboutSpeaker(words: string, subject: string): Statement | null {
  const predicate = predicateOf(words);
  const name = /^am (.+)$/.exec(predicate.bare)?.[1];
  if (name !== undefined && !predicate.negative && isName(name)) {
    return { kind: "attribute", text: `${possessive(subject)} name is ${name}` };
  }
  const kind = kindOf(predicate.bare);
  if (kind === null || (predicate.didNot && predicate.negative && kind !== "preference")) return null;
  return { kind, text: `${subject} ${thirdPerson(words.replace(BARE_AGE, "$& years old"))}` };
}

/** The kind of the first pattern that knows the predicate. */
export function kindOf(bare: string): RuleKind | null {
  return PATTERNS.find((pattern) => fits(pattern, bare))?.kind ?? null;
}

function fits({ head, object }: Pattern, bare: string): boolean {
  const match = head.exec(bare);
  if (match === null) return false;
  const rest = bare.slice(match[0].length).trim();
  return object === undefined ? rest !== "" && namesItself(rest) : object(rest);
}

function aboutPair(match: RegExpExecArray, subject: string): Statement | null {
  const [, other = "", words = ""] = match;
  if (!RELATIONS.has(other.split(" ")[0]?.toLowerCase() ?? "")) return null;
  const kind = kindOf(predicateOf(words).bare);
  return kind === null ? null : { kind, text: `${subject} and their ${other} ${othersWords(words)}` };
}

/** "Pizza is my favorite food", the other way round. */
function favoriteLast(match: RegExpExecArray, subject: string): Statement | null {
  const [, value = "", attribute = ""] = match;
  if (!namesItself(value) || /\b(?:me|I|my|think|says?|is)\b/.test(value)) return null;
  return { kind: "preference", text: `${possessive(subject)} ${attribute} is ${value}` };
}

/** "my …": an attribute of the speaker ("my email is"), or somebody of theirs ("my sister lives"). */
function aboutOwned(words: string, subject: string): Statement | null {
  const favorite = FAVORITE.exec(words);
  const tokens = words.split(/\s+/);
  const at = favorite === null ? verbAt(tokens) : (favorite[1] ?? "").split(" ").length;
  if (at < 1) return null;
  const nouns = tokens.slice(0, at);
  const rest = tokens.slice(at).join(" ");
  const text = `${possessive(subject)} ${othersWords(words)}`;
  const kind = favorite === null ? ownedKind(nouns, rest) : valued(rest) ? "preference" : null;
  return kind === null ? null : { kind, text };
}

function ownedKind(nouns: readonly string[], rest: string): RuleKind | null {
  const last = (nouns.at(-1) ?? "").toLowerCase();
  if (ATTRIBUTE_NOUNS.has(last) && isOwner(nouns.slice(0, -1)) && valued(rest)) return "attribute";
  if (PLAN_NOUNS.has(last)) return valued(rest) ? "plan" : null;
  if (!isOwner(nouns) || nouns.length === 0) return null;
  const predicate = predicateOf(rest);
  const named = /^am (.+)$/.exec(predicate.bare)?.[1];
  const known = kindOf(predicate.bare) !== null || (named !== undefined && isName(named));
  return known && !predicate.didNot ? "relationship" : null;
}

/** Whose attribute: nobody's else ("my", "my work"), or a relation's ("my wife's"). */
function isOwner(nouns: readonly string[]): boolean {
  if (nouns.length > 5) return false;
  const owner = nouns.find((noun) => noun.endsWith("'s"));
  if (owner !== undefined) return RELATIONS.has(owner.slice(0, -2).toLowerCase());
  return nouns.length === 0 || nouns.some((noun) => RELATIONS.has(noun.toLowerCase())) || nouns.every(isQualifier);
}

const isQualifier = (noun: string): boolean =>
  /^(?:work|badge|employee|membership|locker|personal|home|private|native|first|last|middle|full|real|current|new|old|own|main|mother|blood|shoe|time|email|phone|mobile|cell|job|home|due|net|annual|monthly|dream|biggest|preferred|family|maiden|wedding|license)$/i.test(
    noun,
  );

/** "is/are" and a value that stands for itself. */
function valued(rest: string): boolean {
  const match = /^(?:is|are|was|isn't|aren't)(?: also| actually| just| now)?(?: not)? (.+)$/i.exec(rest);
  const value = match?.[1] ?? "";
  return (
    value !== "" &&
    !/^(?:it|that|this|so|too|in the|on fire|out of|very|really|not|\w+ing|broken|down|wrong|slow|why|how|what|to (?:understand|know|find))\b/i.test(
      value,
    )
  );
}

/** Where the verb stands in "sister's oldest son lives in …"; -1 where there is none near. */
function verbAt(tokens: readonly string[]): number {
  for (let at = 1; at < Math.min(tokens.length, 7); at++) {
    const token = (tokens[at] ?? "").toLowerCase();
    if (FINITE.test(token)) return at;
    if (BASE_VERBS.has(token) ? isPlural(tokens[at - 1]) : BASE_VERBS.has(firstPerson(token))) return at;
  }
  return -1;
}

const FINITE =
  /^(?:is|are|was|were|has|have|had|isn't|aren't|doesn't|don't|can't|can|will|just|also|really|always|never|recently|currently|still|usually|moved|got|bought|started|graduated|turned|passed|died|joined|quit|visited|adopted|married|loved|hated|decided|chose|switched|no)$/;
const isPlural = (noun: string | undefined): boolean =>
  noun !== undefined && /s$|^(?:kids|children|people|family)$/i.test(noun);

/** "Anna" → "Anna's". */
export function possessive(name: string): string {
  return `${name}'s`;
}
