/**
 * The words for dates, and which days each means: English date words, ISO dates, 14/7/2026. What may be one of two is none.
 */
import type { EventTime, ISODay } from "../types.ts";
import {
  dateOf,
  dayAway,
  daysBetween,
  mondayOf,
  monthsOf,
  oneDay,
  shifted,
  union,
  wholeUnit,
  yearAndMonth,
  type Unit,
} from "./calendar.ts";

/** Which one is meant of days that come again and again, where nothing else says so: the last, the next, or the nearest. */
export type Toward = "past" | "ahead" | "near";

/** The days that are meant, seen from a day; null where there are no such days. */
export type Meaning = (today: ISODay, toward: Toward) => EventTime | null;

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split(" ");
const SEASONS: Record<string, number> = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 };
const HOLIDAYS: Record<string, [month: number, date: number]> = {
  "christmas eve": [11, 24],
  christmas: [11, 25],
  "new year's eve": [11, 31],
  "new year's": [0, 1],
  "valentine's day": [1, 14],
  halloween: [9, 31],
};
const DAYS_AWAY: Record<string, number> = {
  "day before yesterday": -2,
  "day after tomorrow": 2,
  yesterday: -1,
  "last night": -1,
  tomorrow: 1,
  today: 0,
  tonight: 0,
  "this morning": 0,
  "this afternoon": 0,
  "this evening": 0,
};
const STEPS: Record<string, number> = { last: -1, this: 0, next: 1 };
const NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
/** Of how many one speaks, at least and at most. */
const VAGUE: Record<string, [number, number]> = { couple: [2, 2], few: [2, 5], several: [3, 7] };
const HALF_OF: Record<Unit, [number, Unit]> = {
  year: [6, "month"],
  month: [2, "week"],
  week: [3, "day"],
  day: [0, "day"],
};

const MONTH =
  "(?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\b\\.?";
const SEASON = "(?<season>spring|summer|autumn|fall|winter)\\b";
const DATE = "(?<date>\\d{1,2})(?:st|nd|rd|th)?\\b";
const YEAR = "(?:1\\d|20)\\d\\d\\b(?![-/]\\d)";
const OF_YEAR = `(?:,? (?:of )?(?<year>${YEAR}))`;
const UNIT = "(?<unit>day|week|month|year)(?<many>s)?\\b";
const COUNT = `(?<count>\\d{1,3}|half an?|(?:a )?(?:couple|few|several)|an?|${NUMBERS.join("|")})(?: of)?`;
/** Not "movies that last two hours". */
const LASTING = "(?<!\\b(?:to|that|will|can|not|it|did|does|do) )(?<which>last|past|next)";
const WHICH = "(?<which>last|this|next) ";
const PREPOSITION = "(?:on|before|after|since|until|till|by|from|to|of|at|in|for|with|and|or|through|as|when|while)";
/** "May 3 people come", "march 3 miles": a verb and what is counted, and no day. */
const VERB = `(?<!\\b${PREPOSITION} )(?:may|march) \\d{1,2} (?!${PREPOSITION}\\b)[a-z]`;

/** What comes behind a date, and not behind somebody called May. */
const CLOSED = `(?=\\s*(?:[?!.,;)]|$)|\\s+(?:${PREPOSITION}|last|this|next|where|which|who|that)\\b)`;
const AMID_YEAR = /\b(?:in|during|throughout|since|until|till|by|from|between|before|after|prior to|through|around) ¦/i;
const AMID_MONTH = new RegExp(
  "\\b(?:in|during|throughout|since|between)(?: the)? ¦" +
    `|\\b(?:over|until|till|by|before|after|prior to|around)(?: the)? ¦${CLOSED}` +
    "|\\bfrom ¦(?= ?(?:to|until|till|through|-|–))|¦(?=,? (?:last|this|next) year\\b)",
  "i",
);
const AMID_WEEKDAY = new RegExp(
  "\\b(?:on|since|until|till|by|between|from|before|after|prior to|through) ¦" +
    "|(?<!\\b(?:the|an?|my|your|his|her|our|their|every|each|any|which|what|that|black|good|of|called) )" +
    `¦(?:${CLOSED}|(?= (?:morning|afternoon|evening|night)\\b))`,
  "i",
);
const AMID_HOLIDAY = /\b(?:on|at|for|over|during|since|until|till|by|before|after|around) ¦/i;

/** What a pattern has found, by group. */
export type Found = Partial<Record<Group, string | undefined>>;
type Group =
  | ("year" | "month" | "date" | "season" | "quarter" | "weekday" | "holiday" | "alone" | "away")
  | ("a" | "mark" | "b" | "first" | "which" | "count" | "unit" | "many");

/** Most exact first. `amid`: what must be around it, which is at ¦, where it says neither which one nor of what year. */
export const PATTERNS: { forms: RegExp[]; mean: (found: Found) => Meaning; amid?: RegExp }[] = [
  {
    forms: each("(?<year>\\d{4})-(?<month>\\d{2})-(?<date>\\d{2})(?!\\d)"),
    mean: ({ year, month, date }) => always(dateOf(Number(year), Number(month) - 1, Number(date))),
  },
  {
    forms: each("(?<year>\\d{4})-(?<month>\\d{2})\\b(?!-)"),
    mean: ({ year, month }) => always(monthsOf(Number(year), Number(month) - 1)),
  },
  {
    forms: each("(?<a>\\d{1,2})(?<mark>[./])(?<b>\\d{1,2})\\k<mark>(?<year>\\d{4})\\b(?!-)"),
    mean: (found) => always(numeric(found)),
  },
  {
    forms: each(
      `(?:(?<first>\\d{1,2})(?:st|nd|rd|th)?(?: ?[-–] ?| (?:to|and|or|until|till) ))?${DATE}(?: of)? ${MONTH}${OF_YEAR}?`,
      `(?!${VERB})${MONTH} (?:the )?(?:(?<first>\\d{1,2})(?:st|nd|rd|th)?(?: ?[-–] ?))?${DATE}${OF_YEAR}?`,
    ),
    mean: ({ first, date, month, year }) => yearly((y) => daysOf(y, month!, first ?? date!, date!), year),
  },
  {
    forms: each(`${MONTH}${OF_YEAR}`, `${SEASON}${OF_YEAR}`, `q(?<quarter>[1-4])\\b${OF_YEAR}?`),
    mean: ({ month, season, quarter, year }) => yearly((y) => partOfYear(y, { month, season, quarter }), year),
  },
  {
    forms: each(`(?:the )?(?<away>${Object.keys(DAYS_AWAY).join("|")})\\b`),
    mean:
      ({ away }) =>
      (today) =>
        oneDay(today, DAYS_AWAY[away!.toLowerCase()]),
  },
  { forms: each("the other day\\b"), mean: () => (today) => ({ from: shifted(today, -14), to: shifted(today, -2) }) },
  { forms: each(`${COUNT} ${UNIT} ago\\b`), mean: (found) => unitsAway(found, -1) },
  {
    // Not "how many cups do I drink in a day".
    forms: each(`(?<!\\bhow (?:many|much|often|far|long)\\b[^.?!]{0,80})\\bin ${COUNT} ${UNIT}`),
    mean: (found) => unitsAway(found, 1),
  },
  {
    forms: each(
      `${LASTING} (?!an? (?!few|couple))${COUNT} ${UNIT}`,
      `(?<=\\b(?:in|over|during|within|for|throughout) the )last ${UNIT}(?! of\\b)`,
      `past ${UNIT}`,
    ),
    mean: rolling,
  },
  {
    forms: each(`${WHICH}(?<unit>week|weekend|month|year)\\b(?! of\\b)`),
    mean:
      ({ which, unit }) =>
      (today) =>
        wholeOf(today, unit!.toLowerCase(), STEPS[which!.toLowerCase()]!),
  },
  {
    // Not "on Friday nights", which are many.
    forms: each(
      `(?:${WHICH})?(?<weekday>${WEEKDAYS.join("|")})\\b(?! (?:mornings|afternoons|evenings|nights)\\b)`,
      "(?:on|over|at|during) the (?<weekday>weekend)\\b",
    ),
    amid: AMID_WEEKDAY,
    mean: weekly,
  },
  {
    forms: each(`(?:${WHICH})?(?<holiday>${Object.keys(HOLIDAYS).join("|")})(?!\\w)${OF_YEAR}?`),
    amid: AMID_HOLIDAY,
    mean: ({ holiday, year, which }) => yearly((y) => dateOf(y, ...HOLIDAYS[holiday!.toLowerCase()]!), year, which),
  },
  {
    forms: each(`(?:${WHICH})?(?:${MONTH}|${SEASON})`),
    amid: AMID_MONTH,
    mean: ({ month, season, which }) => yearly((y) => partOfYear(y, { month, season }), undefined, which),
  },
  { forms: each(`(?<alone>${YEAR})`), amid: AMID_YEAR, mean: ({ alone }) => always(monthsOf(Number(alone), 0, 12)) },
];

function each(...forms: string[]): RegExp[] {
  return forms.map((form) => new RegExp(`\\b${form}`, "gi"));
}

function always(window: EventTime | null): Meaning {
  return () => window;
}

/** Of a year that is named, or else of the one that is meant. */
function yearly(at: (year: number) => EventTime | null, year?: string, which?: string): Meaning {
  if (year !== undefined) return always(at(Number(year)));
  return (today, toward) => {
    const [thisYear] = yearAndMonth(today);
    // There may be no 29 February for eight years.
    return meant((by) => at(thisYear + by), 8, today, which?.toLowerCase() ?? toward);
  };
}

/** A weekday is the last one or the coming one: "this" Monday is, and one of which nothing tells. */
function weekly({ weekday, which }: Found): Meaning {
  const index = WEEKDAYS.indexOf(weekday!.toLowerCase());
  return (today, toward) => {
    const said = which?.toLowerCase() ?? toward;
    const days = (by: number): EventTime =>
      index < 0 ? wholeOf(today, "weekend", by) : oneDay(mondayOf(today), 7 * by + index);
    return meant(days, 2, today, said === "near" || said === "this" ? "ahead" : said);
  };
}

/** @param at the days so many years or weeks away @param reach how many there are on either side */
function meant(at: (by: number) => EventTime | null, reach: number, today: ISODay, which: string): EventTime | null {
  const known = Array.from({ length: 2 * reach + 1 }, (_, i) => at(i - reach)).filter((days) => days !== null);
  const find = {
    last: () => known.findLast(({ to }) => to < today),
    past: () => known.findLast(({ from }) => from <= today),
    ahead: () => known.find(({ to }) => to >= today),
    next: () => known.find(({ from }) => from > today),
  }[which];
  const distance = ({ from, to }: EventTime): number => Math.max(daysBetween(to, today), daysBetween(today, from), 0);
  return (find ? find() : known.toSorted((a, b) => distance(a) - distance(b))[0]) ?? null;
}

/** From one day of a month to another. */
function daysOf(year: number, month: string, first: string, last: string): EventTime | null {
  const from = dateOf(year, monthOf(month), Number(first));
  const to = dateOf(year, monthOf(month), Number(last));
  return from && to && union(from, to);
}

function partOfYear(year: number, { month, season, quarter }: Found): EventTime | null {
  if (month !== undefined) return monthsOf(year, monthOf(month));
  return monthsOf(year, quarter === undefined ? SEASONS[season!.toLowerCase()]! : 3 * (Number(quarter) - 1), 3);
}

/** 5.3.2026 is of March, 14/7 and 7/14 are of July; 3/5 is of May to some and of March to others. */
function numeric({ a, mark, b, year }: Found): EventTime | null {
  const [first, second] = [Number(a), Number(b)];
  if (mark === "." || first > 12 || first === second) return dateOf(Number(year), second - 1, first);
  return second > 12 ? dateOf(Number(year), first - 1, second) : null;
}

/** A day exactly, a longer unit as the whole of it. */
function unitsAway({ count, unit }: Found, sign: 1 | -1): Meaning {
  const [least, most, whole] = amount(count!, unit!);
  return (today) => union(wholeUnit(today, whole, sign * least), wholeUnit(today, whole, sign * most));
}

/** Up to today, or from it on. */
function rolling({ which = "past", count, unit, many }: Found): Meaning {
  const [, most, whole] = amount(count ?? (many ? "few" : "a"), unit!);
  return (today) =>
    /next/i.test(which)
      ? { from: today, to: dayAway(today, whole, most) }
      : { from: dayAway(today, whole, -most), to: today };
}

function amount(count: string, unit: string): [least: number, most: number, unit: Unit] {
  const [word, whole] = [count.toLowerCase().replace(/^a /, ""), unit.toLowerCase() as Unit];
  if (word.startsWith("half")) return [HALF_OF[whole][0], ...HALF_OF[whole]];
  const exact = /^an?$/.test(word) ? 1 : NUMBERS.includes(word) ? NUMBERS.indexOf(word) : Number(word);
  return [...(VAGUE[word] ?? ([exact, exact] as const)), whole];
}

function wholeOf(today: ISODay, unit: string, by: number): EventTime {
  if (unit !== "weekend") return wholeUnit(today, unit as Unit, by);
  const saturday = shifted(mondayOf(today), 7 * by + 5);
  return { from: saturday, to: shifted(saturday, 1) };
}

function monthOf(name: string): number {
  const known = MONTHS.indexOf(name.toLowerCase().slice(0, 3));
  return known < 0 ? Number(name) - 1 : known;
}
