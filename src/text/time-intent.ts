/**
 * What a query says about time, without an LLM: "last week", "in May", "recently", "before Hamburg" (English date words,
 * ISO dates). Read once, on the caller's side; the ranking goes by what it says.
 */
import type { EventTime, ISODay } from "../types.ts";
import { eventTimeOf } from "./when.ts";

/** Plain data. At least one of `window`, `lean` and `order` is there. */
export interface TimeIntent {
  /** The day that is today for the query. */
  reference: ISODay;
  /** The days that it asks about, both ends included. An open end is {@link FIRST_DAY} or {@link LAST_DAY}. */
  window?: EventTime;
  /** Whether it asks for the latest or for what came first. */
  lean?: "recent" | "early";
  /** It asks for what held before or after something; `of` are the words for that, "" where it does not say. */
  order?: { is: "before" | "after"; of: string };
}

/** Open ends of a window. */
export const FIRST_DAY = "0001-01-01";
export const LAST_DAY = "9999-12-31";
const DAY_MS = 86_400_000;
const DAYS_OF = { day: 1, weekend: 7, week: 7, month: 31, year: 366 } as const;

const RECENT = /\b(?:recent(?:ly)?|lately|latest|newest|now(?:adays)?|currently|these days|at the moment)\b/i;
const EARLY =
  /\b(?:original(?:ly)?|initial(?:ly)?|at first|earliest|in the beginning|first time|(?:i|we|you|he|she|they) first)\b/i;
/** What somebody has one of at a time, so that a former one was superseded: not a former colleague, prior experience. */
const ONE_AT_A_TIME =
  "(?:home|house|flat|apartment|place|address|city|town|country|school|university|job|employer|company|workplace|position" +
  "|role|title|boss|manager|doctor|dentist|name|surname|phone|number|email|car|bike|plan|favou?rite|partner|diet)s?";
const EARLIER = new RegExp(
  [
    "\\b(?:i|we|you|he|she|they)(?: \\w+ly| also| never| always)? used to\\b",
    "\\bdid\\b[^.?!]*\\bused? to\\b",
    `\\b(?:previous|former)(?: \\w+)? ${ONE_AT_A_TIME}\\b`,
    "\\b(?:previously|formerly|in the past|back then)\\b",
    "\\bearlier(?=\\s*(?:[?!.,]|$))",
  ].join("|"),
  "i",
);
/** Not "is Ann's knife used to cut bread". Only a capital tells that it is a name. */
const NAME_USED_TO = /(?<!\b(?:[Ii]s|[Aa]re|[Ww]as|[Ww]ere)\b[^.?!]*)\b[A-Z][\w'-]* used to\b/;
/** Not "before long", "after all": what they lead to is not a thing that happened. Nor "look after", "named after". */
const ORDER =
  /\b(before|prior to|(?<!\b(?:look(?:s|ed|ing)?|named?|tak(?:e|es|en|ing)|took) )after)\b(?! (?:long|all)\b)(.*)$/is;
const BOUND = /\b(?:(day|weekend|week|month|year) )?(before|prior to|until|after|since)\b(.*)$/is;

/** A month or a weekday alone may be behind us or ahead; these say that it is ahead. */
const AHEAD =
  /\b(?:will|shall|going to|gonna|plan(?:s|ned|ning)?|upcoming|coming|next|tomorrow|(?:is|are|am) \w+ \w+ing|do (?:i|we) have)\b/i;
const MONTH =
  /\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b/i;
/** Not "May called", who is somebody. */
const BARE_DATE = new RegExp(
  `^\\s*(?:\\d{4}\\b|${MONTH.source.slice(2)}(?:[.,]? \\d|\\s*(?:[?!.,;]|$)|\\s+(?:in|at|on|of|with|for|to|from|by|and|or|last|this|next)\\b))`,
  "i",
);
const WEEKDAY = /\bon (?:sun|mon|tues|wednes|thurs|fri|satur)day\b/i;

/**
 * @param reference the day on which it is asked, `YYYY-MM-DD` or an ISO instant
 * @returns null where it says nothing about time
 * @example timeIntentOf("what did I cook in May?", "2026-11-22"); // { reference, window: { from: "2026-05-01", to: "2026-05-31" } }
 */
export function timeIntentOf(query: string, reference: string): TimeIntent | null {
  const today = reference.slice(0, 10);
  const window = windowOf(query, today);
  const lean = RECENT.test(query) ? "recent" : EARLY.test(query) ? "early" : undefined;
  const order = window ? undefined : orderOf(query);
  if (!window && !lean && !order) return null;
  return { reference: today, ...(window && { window }), ...(lean && { lean }), ...(order && { order }) };
}

function orderOf(query: string): TimeIntent["order"] {
  const [, word, rest = ""] = ORDER.exec(query) ?? [];
  const of = rest.replace(/[?!.]+\s*$/, "").trim();
  if (word !== undefined && (of !== "" || word !== "after")) {
    return { is: word.toLowerCase() === "after" ? "after" : "before", of };
  }
  return EARLIER.test(query) || NAME_USED_TO.test(query) ? { is: "before", of: "" } : undefined;
}

function windowOf(query: string, today: ISODay): EventTime | undefined {
  const [, unit, word = "", rest = ""] = BOUND.exec(query) ?? [];
  // "before the trip in May": only a date that is itself what it is before bounds the days.
  const bound = dateAtStart(rest, today);
  const named = bound ?? eventTimeOf(query, today);
  if (!named) return undefined;
  const window = inThePast(named, query, today);
  if (!bound) return window;
  if (/since/i.test(word)) return { from: window.from, to: LAST_DAY };
  const isBefore = !/after/i.test(word);
  if (unit !== undefined) return beside(window, DAYS_OF[unit.toLowerCase() as keyof typeof DAYS_OF], isBefore);
  if (isBefore) return { from: FIRST_DAY, to: shifted(window.from, -1) };
  return { from: shifted(window.to, 1), to: LAST_DAY };
}

function dateAtStart(rest: string, today: ISODay): EventTime | null {
  // Three words hold any date; later ones would be another.
  const first = rest.trim().split(/\s+/).slice(0, 3).join(" ");
  if (first === "") return null;
  return eventTimeOf(first, today) ?? (BARE_DATE.test(rest) ? eventTimeOf(`in ${first}`, today) : null);
}

/** So many days next to a window. */
function beside({ from, to }: EventTime, days: number, isBefore: boolean): EventTime {
  return isBefore
    ? { from: shifted(from, -days), to: shifted(from, -1) }
    : { from: shifted(to, 1), to: shifted(to, days) };
}

/** "In May", asked in November, is the May behind us, and "on Monday" the last one, unless the query looks ahead. */
function inThePast(window: EventTime, query: string, today: ISODay): EventTime {
  if (window.from <= today || AHEAD.test(query) || /\d{4}/.test(query)) return window;
  if (WEEKDAY.test(query)) return { from: shifted(window.from, -7), to: shifted(window.to, -7) };
  return MONTH.test(query) ? { from: yearBefore(window.from), to: yearBefore(window.to) } : window;
}

function shifted(day: ISODay, days: number): ISODay {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 29 February becomes the 28th. */
function yearBefore(day: ISODay): ISODay {
  const date = new Date(day);
  const month = date.getUTCMonth();
  date.setUTCFullYear(date.getUTCFullYear() - 1);
  if (date.getUTCMonth() !== month) date.setUTCDate(0);
  return date.toISOString().slice(0, 10);
}
