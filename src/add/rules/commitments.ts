/** What an agent binds itself to, in the first person: promises, plans with a time, standing habits. */
import { isPlain, namesItself } from "./guards.ts";
import { othersWords, withS } from "./first-person.ts";
import type { Statement } from "./statements.ts";

const PROMISE = /^I (?:promise|commit|pledge|undertake) (?:to|that I will) (.+)$/i;
const PLAN = /^I (?:will|am going to) (.+)$/i;
const HABIT = /^I (always|never|only) ([a-z]+) ?(.*)$/i;
/** Without one of these "I will …" is about the answer at hand. */
const WHEN =
  /\b(?:always|never|every|each|daily|weekly|monthly|tomorrow|tonight|next \w+|from now on|in (?:the )?future|whenever|by|until|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|in \w+ (?:minutes|hours|days|weeks|months))\b/i;
const PAST =
  /(?:ed|n't)$|^(?:said|had|was|were|did|went|saw|made|thought|knew|got|gave|took|found|told|felt|left|heard|met)$/;
const POINTS_BACK = /\bthat\b/i;

/** The commitment that a canonical clause of an agent's makes, or null. */
export function commitmentOf(clause: string, subject: string): Statement | null {
  if (!isPlain(clause)) return null;
  const promise = PROMISE.exec(clause)?.[1];
  if (promise !== undefined) return commitment(`${subject} promises to`, promise);
  const [, often = "", verb = "", rest = ""] = HABIT.exec(clause) ?? [];
  if (verb !== "" && !PAST.test(verb)) return commitment(`${subject} ${often}`, `${withS(verb)} ${rest}`);
  const plan = PLAN.exec(clause)?.[1];
  return plan !== undefined && WHEN.test(plan) ? commitment(`${subject} will`, plan) : null;
}

function commitment(head: string, words: string): Statement | null {
  if (POINTS_BACK.test(words) || !namesItself(words)) return null;
  const told = words.replace(/\byour\b/gi, "the user's").replace(/\byou\b/gi, "the user");
  return { kind: "commitment", text: `${head} ${othersWords(told)}`.trim() };
}
