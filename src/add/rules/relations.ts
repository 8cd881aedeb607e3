/** The relations in a fact, by rules: for facts in the form that the extractors write, in English. */
import { kinOf, kinPredicate, readKinPhrase } from "../../graph/kin.ts";
import type { EntityType, RelationDraft } from "../../types.ts";
import { predicateOf, type Predicate } from "./first-person.ts";
import { HABITS, SLOT_RELATIONS, STANCE, TAILS, type Habit } from "./relation-patterns.ts";
import { TOOLS } from "./lexicon.ts";
import { parseSlot } from "./slots.ts";
import { cutCircumstance, targetsOf } from "./targets.ts";
import type { Slot } from "./types.ts";

/** A longer text is no plain statement. In characters. */
const MAX_TEXT = 400;
/** A subject has no more words than this. */
const MAX_SUBJECT = 5;

const VERB =
  "(?:is|are|was|has|have|had|lives?|works?|likes?|loves?|hates?|dislikes?|enjoys?|prefers?|speaks?|owns?|drives?|plays?|uses?|moved|joined|visited|stud(?:y|ies)|doesn't|can't|never)";
const NEXT_CLAUSE = new RegExp(`(?:;|,?) (?:and|but)(?: also| now)* (?=${VERB}\\b)`);
const WHO = new RegExp(`,? who (?:also |now )?(?=${VERB}\\b)`);
const IS_KIN =
  /^(\p{Lu}[\p{L}\p{M}'-]*(?: \p{Lu}[\p{L}\p{M}'-]*)?) (?:is|was) (?:the )?(User|\p{Lu}[\p{L}\p{M}-]*)'s ([\p{L}-]+(?: [\p{L}-]+)?)$/u;
const HAS_KIN =
  /^(?:have|have got|adopted|got|own) (?:an? |one |two |three |\d |the |their )?((?:[\w-]+ ){0,3}?)([\p{L}-]+?)s?(?:,? (?:named|called|whose names? (?:is|are))|[,:])? (\p{Lu}.*)$/u;
const HAS_UNNAMED = /^(?:have|have got|adopted|own) an? (?:[\w-]+ ){0,2}?([\p{L}-]+)$/u;

/**
 * Relations as the fact states them, subject first: "User's sister Anna lives in Berlin" → (User's sister Anna, lives_in,
 * Berlin); whom "User's sister Anna" means, the graph knows. What is denied or over comes as `not_…` or `no_longer_…`.
 * Empty for text without a known shape, and for other languages.
 */
export function relationsByRules(text: string): RelationDraft[] {
  const statement = text
    .trim()
    .replace(/[’‘ʼ]/g, "'")
    .replace(/^the user\b/i, "User")
    .replace(/[.!\s]+$/, "");
  if (statement === "" || statement.length > MAX_TEXT) return [];
  const [first = "", ...rest] = statement.split(NEXT_CLAUSE);
  const subject = subjectOf(first);
  const clauses = subject === null ? [first] : [first, ...rest.map((clause) => `${subject} ${clause}`)];
  return distinct(clauses.flatMap(ofClause));
}

function ofClause(clause: string): RelationDraft[] {
  const [main = "", ...who] = clause.split(WHO);
  const drafts = ofMain(main);
  // "… has a sister named Anna, who lives in Berlin" is about the last one named.
  const last = drafts.at(-1)?.target;
  if (last === undefined || !/^\p{Lu}/u.test(last)) return drafts;
  return [...drafts, ...who.flatMap((rest) => ofMain(`${last} ${rest}`))];
}

function ofMain(clause: string): RelationDraft[] {
  const usedTo = clause.replace(/ used to (?=\w)/, " ");
  if (usedTo !== clause) return over(ofMain(usedTo));
  const isKin = IS_KIN.exec(clause);
  if (isKin) return kinDraft(isKin[2] ?? "", (isKin[3] ?? "").split(" ").at(-1) ?? "", isKin[1] ?? "");
  const bySlot = ofSlot(clause);
  if (bySlot.length > 0) return bySlot;
  const words = clause.split(/\s+/);
  for (let size = 1; size <= MAX_SUBJECT && size < words.length; size++) {
    const subject = words.slice(0, size).join(" ");
    if (!isSubject(subject)) continue;
    const drafts = ofPredicate(subject, predicateOf(words.slice(size).join(" ")));
    if (drafts.length > 0) return drafts;
  }
  // Whatever else is said of her: that there is a sister Anna, is said.
  const named = readKinPhrase(subjectOf(clause) ?? "");
  return named?.name ? kinDraft(named.owner, named.kin, named.name) : [];
}

/** What the slots of the resolver know: residence, employer, job, age … */
function ofSlot(clause: string): RelationDraft[] {
  const parsed = parseSlot(clause);
  if (!parsed) return [];
  const { slot, tail, retracts } = parsed;
  const { attribute, polarity } = slot;
  const source = writtenSubject(clause, slot.subject);
  const relation = SLOT_RELATIONS.get(attribute) ?? favorite(attribute) ?? choice(slot);
  const object = cutCircumstance(slot.object.replace(/^(?:on|in) /, ""));
  if (relation === undefined || object === "" || source === null) return [];
  const phrase = readKinPhrase(source);
  const isOver = polarity === "negative" || retracts;
  if (relation === "named" && phrase !== null && phrase.name === null && !isOver) {
    return kinDraft(phrase.owner, phrase.kin, `${source} ${object}`);
  }
  const predicate = isOver ? `no_longer_${relation}` : relation;
  return [draft(source, predicate, object), ...(isOver ? [] : ofTail(source, tail))];
}

const favorite = (attribute: string): string | undefined =>
  /^favorite [\w-]+(?: [\w-]+)?$/.test(attribute) ? attribute.replace(/[ -]/g, "_") : undefined;
/** "decided to use Postgres", and not "decided to go back to school". */
const choice = ({ attribute, object }: Slot): string | undefined =>
  attribute.startsWith("choice of ") && (/^\p{Lu}/u.test(object) || TOOLS.has(object.toLowerCase()))
    ? "uses"
    : undefined;

function ofTail(source: string, tail: string): RelationDraft[] {
  return TAILS.flatMap(({ tail: pattern, predicate }) => {
    const target = cutCircumstance(pattern.exec(tail)?.[1] ?? "");
    return target === "" ? [] : [draft(source, predicate, target)];
  });
}

function ofPredicate(source: string, { bare, negative, didNot, retracts }: Predicate): RelationDraft[] {
  if (didNot && negative) return [];
  const drafts = ofStance(source, bare) ?? ofKin(source, bare) ?? ofHabits(source, bare);
  if (retracts) return over(drafts);
  return negative ? drafts.map((d) => ({ ...d, predicate: `not_${d.predicate}` })) : drafts;
}

const over = (drafts: RelationDraft[]): RelationDraft[] =>
  drafts.map((d) => ({ ...d, predicate: `no_longer_${d.predicate}` }));

function ofStance(source: string, bare: string): RelationDraft[] | null {
  const match = STANCE.exec(bare);
  if (match === null) return null;
  const [, dislike, , object = ""] = match;
  const predicate = dislike === undefined ? "likes" : "dislikes";
  return targetsOf(object.replace(/^to /, "")).map((target) => draft(source, predicate, target));
}

/** "has a dog named Rex", "has two sisters, Anna and Mia". */
function ofKin(source: string, bare: string): RelationDraft[] | null {
  const named = HAS_KIN.exec(bare);
  if (named && kinOf(named[2] ?? "") !== null) {
    return targetsOf(named[3] ?? "").flatMap((name) => kinDraft(source, named[2] ?? "", name));
  }
  const kin = HAS_UNNAMED.exec(cutCircumstance(bare))?.[1];
  return kin !== undefined && kinOf(kin) !== null ? kinDraft(source, kin, `${source}'s ${kin}`) : null;
}

function ofHabits(source: string, bare: string): RelationDraft[] {
  for (const habit of HABITS) {
    const match = habit.head.exec(bare);
    if (match === null) continue;
    const drafts = targetsIn(habit, match[1] ?? "").map((target) => draft(source, habit.predicate, target, habit.type));
    if (drafts.length > 0) return [...drafts, ...ofTail(source, bare.slice(match[0].length - (match[1] ?? "").length))];
  }
  return [];
}

function targetsIn({ fits, one }: Habit, object: string): string[] {
  const targets = one === true ? [cutCircumstance(object)] : targetsOf(object);
  return targets.filter((target) => target !== "" && (fits === undefined || fits.test(target)));
}

function kinDraft(owner: string, word: string, target: string): RelationDraft[] {
  const kin = kinOf(word);
  return kin === null ? [] : [draft(owner, kinPredicate(kin), target)];
}

function draft(source: string, predicate: string, target: string, targetType?: EntityType): RelationDraft {
  return { source, predicate, target, ...(targetType !== undefined && { targetType }) };
}

/** The longest beginning that can be a subject. */
function subjectOf(clause: string): string | null {
  const words = clause.split(/\s+/);
  for (let size = Math.min(MAX_SUBJECT, words.length - 1); size >= 1; size--) {
    const subject = words.slice(0, size).join(" ");
    if (isSubject(subject)) return subject;
  }
  return null;
}

function isSubject(words: string): boolean {
  if (words === "User" || readKinPhrase(words) !== null) return true;
  return /^(?!User)\p{Lu}[\p{L}\p{M}\p{N}_-]*(?: \p{Lu}[\p{L}\p{M}-]*){0,2}$/u.test(words) && !NOBODY.test(words);
}
const NOBODY = /^(?:I|It|He|She|They|We|You|This|That|These|Those|There|The|A|An|My|Our|If|When|No|Not)(?: |$)/;

/** The slot's subject as the clause has it: "user's wife" → "User's wife". */
function writtenSubject(clause: string, subject: string): string | null {
  const words = clause.split(/\s+/).slice(0, subject.split(" ").length).join(" ").replace(/'s$/, "");
  return words.toLowerCase() === subject ? words : null;
}

function distinct(drafts: RelationDraft[]): RelationDraft[] {
  return [...new Map(drafts.map((d) => [JSON.stringify([d.source, d.predicate, d.target]), d])).values()];
}
