/**
 * Dates that a text names. The patterns find them one by one; what stands side by side is one: "early May last year",
 * "from 2019 to 2021".
 */
import type { EventTime, ISODay } from "../types.ts";
import { thirdOf, union } from "./calendar.ts";
import { PATTERNS, type Found, type Meaning, type Toward } from "./date-patterns.ts";

export interface DateMention {
  /** Where it is in the text. */
  start: number;
  end: number;
  /** The lower, the more exact. */
  rank: number;
  /** Null where there are no such days. */
  mean: Meaning;
}

interface Named extends DateMention {
  /** A whole year, which may say of which year other days are. */
  isYear: boolean;
  /** It comes again and again, and does not say which one it is. */
  isFloating: boolean;
}

const PART =
  /\b(?:(early|(?:the )?(?:beginning|start) of)|(mid|(?:the )?middle of)|(?:late|(?:the )?end of))(?: in)?(?: the)?[ -]$/i;
const CONNECTOR = /^ ?(?:and|or|to|until|till|through|-|–) ?(?:in |on )?$/i;
/** Longer than all that must be around a date. */
const AROUND = 40;

/** In the order of the text. */
export function datesIn(text: string): DateMention[] {
  return joined(namedIn(text.replaceAll("’", "'")));
}

/** The days of the most exact one, of equal ones the first; undefined where there are none. */
export function mostExact(dates: readonly DateMention[], today: ISODay, toward: Toward): EventTime | undefined {
  for (const { mean } of dates.toSorted((a, b) => a.rank - b.rank)) {
    const window = mean(today, toward);
    if (window) return window;
  }
  return undefined;
}

/** Those that stand for themselves, with what is before each: in "3 May" there is no May of its own. */
function namedIn(text: string): (Named & { gap: string })[] {
  const found = PATTERNS.flatMap(({ forms, mean, amid }, rank) =>
    forms.flatMap((form) => [...text.matchAll(form)].map((match) => ({ match, mean, amid, rank }))),
  ).sort((a, b) => a.match.index - b.match.index || a.rank - b.rank);
  const named: (Named & { gap: string })[] = [];
  for (const { match, mean, amid, rank } of found) {
    const [{ length }, groups = {}] = [match[0], match.groups];
    const last = named.at(-1);
    const gap = text.slice(last?.end ?? 0, match.index);
    if (last && match.index < last.end) continue;
    const saysWhich = groups["which"] !== undefined || groups["year"] !== undefined;
    if (amid && !saysWhich && !(last && CONNECTOR.test(gap)) && !isAmid(amid, text, match.index, length)) continue;
    named.push({ ...partly(text, match.index, mean(groups)), end: match.index + length, rank, gap, ...kindOf(groups) });
  }
  return named;
}

function isAmid(amid: RegExp, text: string, start: number, length: number): boolean {
  const end = start + length;
  const before = text.slice(Math.max(0, start - AROUND), start);
  return PART.test(before) || amid.test(`${before}¦${text.slice(end, end + AROUND)}`);
}

function kindOf({ which, unit, alone, year, count, ...days }: Found): Pick<Named, "isYear" | "isFloating"> {
  const isYear = alone !== undefined || (/^year$/i.test(unit ?? "") && which !== undefined && count === undefined);
  const comesAgain = days.month ?? days.season ?? days.quarter ?? days.weekday ?? days.holiday;
  return { isYear, isFloating: comesAgain !== undefined && which === undefined && year === undefined };
}

/** "Early" and the like before it belong to it. */
function partly(text: string, start: number, mean: Meaning): Pick<Named, "start" | "mean"> {
  const [before, early, mid] = PART.exec(text.slice(Math.max(0, start - AROUND), start)) ?? [];
  if (before === undefined) return { start, mean };
  const part = early ? "early" : mid ? "mid" : "late";
  const thirdOfIt: Meaning = (today, toward) => {
    const window = mean(today, toward);
    return window && thirdOf(window, part);
  };
  return { start: start - before.length, mean: thirdOfIt };
}

/** What is said together is one. */
function joined(named: readonly (Named & { gap: string })[]): Named[] {
  const all: Named[] = [];
  for (const { gap, ...next } of named) {
    const last = all.at(-1);
    const mean = last && meanTogether(last, next, gap);
    if (!last || !mean) all.push(next);
    else
      all[all.length - 1] = { ...last, end: next.end, rank: Math.min(last.rank, next.rank), mean, isFloating: false };
  }
  return all;
}

function meanTogether(last: Named, next: Named, gap: string): Meaning | null {
  if (last.isFloating && next.isYear && /^,? (?:of |in )?$/.test(gap)) return ofYear(last, next);
  if (last.isYear && next.isFloating && /^,? (?:in|on) (?:the )?$/.test(gap)) return ofYear(next, last);
  if (!CONNECTOR.test(gap)) return null;
  return (today, toward) => {
    const to = next.mean(today, toward);
    // "Between March and May 2026": the last March before the end of that.
    const from = to && (last.isFloating ? last.mean(to.to, "past") : last.mean(today, toward));
    return from && union(from, to);
  };
}

function ofYear({ mean }: Named, year: Named): Meaning {
  return (today, toward) => {
    const window = year.mean(today, toward);
    return window && mean(window.to, "past");
  };
}
