/**
 * What a query says about time, without an LLM: "last week", "in May", "recently", "before Hamburg" (English date words,
 * ISO dates). Read once, on the caller's side; the ranking goes by what it says.
 */
import type { EventTime, ISODay } from "../types.ts";
import { shifted } from "./calendar.ts";
import { datesIn, mostExact } from "./dates.ts";
import { mayBeFormer, orderOf, type Order } from "./former.ts";
import { tenseOf } from "./tense.ts";

/** Plain data. At least one of `window`, `lean`, `order` and `former` is there. */
export interface TimeIntent {
  /** The day that is today for the query. */
  reference: ISODay;
  /** How far the clock of who asks is ahead of UTC, in minutes: what was told is of its day there. @default 0 */
  offsetMinutes?: number;
  /** The days that it asks about, both ends included. An open end is {@link FIRST_DAY} or {@link LAST_DAY}. */
  window?: EventTime;
  /** Whether it asks for the latest or for what came first. */
  lean?: "recent" | "early";
  /** It asks for what held before or after something. */
  order?: Order;
  /** What does not hold any more is an answer, too, behind what holds: "have I ever lived in Bonn?" */
  former?: true;
  /** It asks for what was told in those days, too: "what did I tell you last week?" */
  told?: true;
}

/** Open ends of a window. */
export const FIRST_DAY = "0001-01-01";
export const LAST_DAY = "9999-12-31";
const DAYS_OF = { day: 1, weekend: 7, week: 7, month: 31, year: 366 } as const;

const RECENT = new RegExp(
  [
    "\\b(?:recent(?:ly)?|lately|newest|nowadays|currently|these days|at the moment|at present|presently|right now)\\b",
    "\\bcurrent\\b(?! (?:affairs|events?)\\b)",
    // Not "the latest I can leave".
    "\\blatest\\b(?! (?:i|we|you|he|she|they|it|that|time)\\b)",
    "\\blast time\\b|\\b(?:did|have|has) \\w+ last\\b",
  ].join("|"),
  "i",
);
/** Not in a title, "Apocalypse Now", nor "by now". */
const NOW = /(?<!\b(?:by|until|till|from|just|for) )\bnow\b|^Now\b/;
const EARLY =
  /\b(?:originally|initially|(?:my|our|your|his|her|their|'s) (?:original|initial)|at first|earliest|in the beginning|first time|(?:i|we|you|he|she|they) first)\b/i;
const TOLD =
  /\b(?:tell|told|say|said|mention(?:ed)?|talk(?:ed)?|speak|spoke|discuss(?:ed)?|ask(?:ed)?|chat(?:ted)?)\b/i;
/** Directly before a date. */
const BOUND = /\b(?:(day|weekend|week|month|year) )?(before|prior to|until|till|by|after|since)(?: the)? $/i;

/**
 * @param reference the day on which it is asked, `YYYY-MM-DD` or an ISO instant
 * @returns null where it says nothing about time
 * @example timeIntentOf("what did I cook in May?", "2026-11-22"); // { reference, window: { from: "2026-05-01", to: "2026-05-31" } }
 */
export function timeIntentOf(query: string, reference: string, offsetMinutes = 0): TimeIntent | null {
  const today = reference.slice(0, 10);
  const window = windowOf(query, today);
  const order = window ? undefined : orderOf(query);
  const lean = order ? undefined : leanOf(query);
  const former = !order && mayBeFormer(query);
  if (!window && !lean && !order && !former) return null;
  return {
    reference: today,
    ...(offsetMinutes !== 0 && { offsetMinutes }),
    ...(window && { window, ...(TOLD.test(query) && { told: true }) }),
    ...(lean && { lean }),
    ...(order && { order }),
    ...(former && { former }),
  };
}

function leanOf(query: string): TimeIntent["lean"] {
  if (RECENT.test(query) || NOW.test(query)) return "recent";
  return EARLY.test(query) ? "early" : undefined;
}

/** Of the date that bounds the days ("since March"), or else of the most exact one. */
function windowOf(query: string, today: ISODay): EventTime | undefined {
  const tense = tenseOf(query);
  const toward = tense === "ahead" || tense === "present" ? "ahead" : "past";
  const dates = datesIn(query);
  for (const { start, mean } of dates) {
    // "Before the trip in May" is not before May.
    const bound = BOUND.exec(query.slice(0, start));
    const window = bound && mean(today, toward);
    if (window) return bounded(window, bound, today);
  }
  return mostExact(dates, today, toward);
}

function bounded({ from, to }: EventTime, [, unit, word = ""]: RegExpExecArray, today: ISODay): EventTime {
  const is = word.toLowerCase();
  if (is === "since") return { from, to: LAST_DAY };
  const days = unit === undefined ? undefined : DAYS_OF[unit.toLowerCase() as keyof typeof DAYS_OF];
  if (is === "after") return { from: shifted(to, 1), to: days === undefined ? LAST_DAY : shifted(to, days) };
  const last = is === "by" ? to : shifted(from, -1);
  // By a day that is still to come: from now on.
  const first = last >= today ? today : FIRST_DAY;
  return { from: days === undefined ? first : shifted(from, -days), to: last };
}
