/**
 * When a statement speaks of: English date words and ISO dates, resolved against the day it was said.
 * Days are UTC calendar days; a span includes both its ends. Nothing is guessed: what it does not know is null.
 */
import type { EventTime } from "../types.ts";
import { splitStamp } from "./stamp.ts";

const DAY_MS = 86_400_000;
const MONTHS = "january february march april may june july august september october november december".split(" ");
const WEEKDAYS = "sunday monday tuesday wednesday thursday friday saturday".split(" ");
const NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

const MONTH = `(${MONTHS.map((m) => (m === "may" ? m : `${m}|${m.slice(0, 3)}`)).join("|")})\\.?`;
/** "May 3 people come", "march 3 miles": a verb and what is counted, and no day. */
const PREPOSITION = "(?:on|before|after|since|until|till|by|from|to|of|at|in|for|with|and|or|through|as|when|while)";
const VERB = `(?<!\\b${PREPOSITION} )(?:may|march) \\d{1,2} (?!${PREPOSITION}\\b)[a-z]`;
const COUNT = `(\\d{1,3}|an?|${NUMBERS.join("|")})`;

/** Patterns, most exact first; the first that matches decides. */
const PATTERNS: [RegExp, (match: RegExpExecArray, today: Date) => EventTime | null][] = [
  [/\b(\d{4})-(\d{2})-(\d{2})\b/, ([, y, m, d]) => day(Number(y), Number(m) - 1, Number(d))],
  [/\b(\d{4})-(\d{2})\b(?!-)/, ([, y, m]) => month(Number(y), Number(m) - 1)],
  [
    new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH}(?:,? (\\d{4}))?\\b`, "i"),
    ([, d, m, y], today) => day(y ? Number(y) : today.getUTCFullYear(), monthIndex(m!), Number(d)),
  ],
  [
    new RegExp(`\\b(?!${VERB})${MONTH} (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?\\b(?!\\d)`, "i"),
    ([, m, d, y], today) => day(y ? Number(y) : today.getUTCFullYear(), monthIndex(m!), Number(d)),
  ],
  [new RegExp(`\\b${MONTH},? (\\d{4})\\b`, "i"), ([, m, y]) => month(Number(y), monthIndex(m!))],
  [/\b(?:the )?day before yesterday\b/i, (_, today) => around(today, -2)],
  [/\b(?:the )?day after tomorrow\b/i, (_, today) => around(today, 2)],
  [/\byesterday\b|\blast night\b/i, (_, today) => around(today, -1)],
  [/\btomorrow\b/i, (_, today) => around(today, 1)],
  [/\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b/i, (_, today) => around(today, 0)],
  [
    new RegExp(`\\b${COUNT} (day|week|month|year)s? ago\\b`, "i"),
    ([, n, unit], today) => shifted(today, unit!, -count(n!)),
  ],
  [
    new RegExp(`\\bin ${COUNT} (day|week|month|year)s?\\b`, "i"),
    ([, n, unit], today) => shifted(today, unit!, count(n!)),
  ],
  [/\b(last|this|next) (week|month|year)\b/i, ([, which, unit], today) => whole(today, unit!, step(which!))],
  [/\b(last|this|next) weekend\b/i, ([, which], today) => weekend(today, step(which!))],
  [
    new RegExp(`\\b(last|this|next|on) (${WEEKDAYS.join("|")})\\b`, "i"),
    ([, which, name], today) => weekday(today, which!.toLowerCase(), WEEKDAYS.indexOf(name!.toLowerCase())),
  ],
  [
    new RegExp(`\\b(?:in|since|until|last|next|this) ${MONTH}(?![\\w])`, "i"),
    (match, today) => nearMonth(today, match[0].toLowerCase(), monthIndex(match[1]!)),
  ],
  [/\b(?:in|since|during) (\d{4})\b/i, ([, y]) => span(Date.UTC(Number(y), 0, 1), Date.UTC(Number(y), 11, 31))],
];

/**
 * A date that a transcript puts before a message ("[9:15 on 18 April 2026] Ann: …") is the day it was said.
 * @param said the day it was said where the text does not tell, `YYYY-MM-DD` or an ISO instant
 * @example eventTimeOf("User is planning a trip to Tokyo next month", "2026-03-14"); // { from: "2026-04-01", to: "2026-04-30" }
 */
export function eventTimeOf(text: string, said: string): EventTime | null {
  const [stamp, rest] = splitStamp(text);
  const stamped = stamp === "" ? null : timeIn(stamp, said);
  if (stamped && stamped.from === stamped.to) return timeIn(rest, stamped.from) ?? stamped;
  return timeIn(text, said);
}

function timeIn(text: string, said: string): EventTime | null {
  const today = new Date(`${said.slice(0, 10)}T00:00:00.000Z`);
  if (Number.isNaN(today.getTime())) return null;
  for (const [pattern, resolve] of PATTERNS) {
    const match = pattern.exec(text);
    if (match) return resolve(match, today);
  }
  return null;
}

function span(from: number, to: number): EventTime {
  return { from: new Date(from).toISOString().slice(0, 10), to: new Date(to).toISOString().slice(0, 10) };
}

/** Null for a day that does not exist. */
function day(year: number, monthIndex: number, date: number): EventTime | null {
  const time = Date.UTC(year, monthIndex, date);
  const made = new Date(time);
  return made.getUTCMonth() === monthIndex && made.getUTCDate() === date ? span(time, time) : null;
}

function month(year: number, index: number): EventTime | null {
  return index < 0 || index > 11 ? null : span(Date.UTC(year, index, 1), Date.UTC(year, index + 1, 0));
}

function monthIndex(name: string): number {
  return MONTHS.findIndex((one) => one.startsWith(name.toLowerCase().slice(0, 3)));
}

function count(word: string): number {
  const known = NUMBERS.indexOf(word.toLowerCase());
  return known >= 0 ? known : /^an?$/i.test(word) ? 1 : Number(word);
}

function step(which: string): number {
  return { last: -1, this: 0, next: 1 }[which.toLowerCase()] ?? 0;
}

function around(today: Date, days: number): EventTime {
  const time = today.getTime() + days * DAY_MS;
  return span(time, time);
}

/** So many units away: a day exactly, a longer unit as the whole of it. */
function shifted(today: Date, unit: string, by: number): EventTime {
  return unit.toLowerCase() === "day" ? around(today, by) : whole(today, unit, by);
}

/** A whole week (Monday to Sunday), month or year. */
function whole(today: Date, unit: string, by: number): EventTime {
  const [y, m] = [today.getUTCFullYear(), today.getUTCMonth()];
  if (unit.toLowerCase() === "month") return span(Date.UTC(y, m + by, 1), Date.UTC(y, m + by + 1, 0));
  if (unit.toLowerCase() === "year") return span(Date.UTC(y + by, 0, 1), Date.UTC(y + by, 11, 31));
  const monday = mondayOf(today) + by * 7 * DAY_MS;
  return span(monday, monday + 6 * DAY_MS);
}

function weekend(today: Date, by: number): EventTime {
  const saturday = mondayOf(today) + (by * 7 + 5) * DAY_MS;
  return span(saturday, saturday + DAY_MS);
}

/** The last one before today, the next one after it; "this" and "on" mean the coming one, today included. */
function weekday(today: Date, which: string, index: number): EventTime {
  const ahead = (index - today.getUTCDay() + 7) % 7;
  if (which === "last") return around(today, ahead - 7);
  return around(today, which === "next" && ahead === 0 ? 7 : ahead);
}

/** A month without a year: "last May" is past, "next May" ahead; otherwise the nearest one. */
function nearMonth(today: Date, words: string, index: number): EventTime | null {
  const [y, m] = [today.getUTCFullYear(), today.getUTCMonth()];
  const ahead = (index - m + 12) % 12;
  if (words.startsWith("last") || words.startsWith("since"))
    return month(ahead === 0 ? y - 1 : index < m ? y : y - 1, index);
  if (words.startsWith("next")) return month(index > m ? y : y + 1, index);
  return month(ahead <= 6 ? (index >= m ? y : y + 1) : index < m ? y : y - 1, index);
}

function mondayOf(today: Date): number {
  return today.getTime() - ((today.getUTCDay() + 6) % 7) * DAY_MS;
}
