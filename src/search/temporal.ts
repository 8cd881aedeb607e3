/** How well a memory answers what a query says about time. Pure: dates in, a number in [0, 1] out. */
import type { TimeIntent } from "../text/time-intent.ts";
import type { EventTime, ISODate, ISODay } from "../types.ts";

/** The times of a memory. */
export interface MemoryTimes {
  createdAt: ISODate;
  updatedAt: ISODate;
  /** Of what it says, where that is known. */
  eventTime?: EventTime;
}

const DAY_MS = 86_400_000;
/** A memory this many days old is half as recent as one of today. */
const RECENT_DAYS = 30;
/** A memory this far outside of the days asked about, or as far as they are long, is half as near as one inside. */
const NEAR_DAYS = 7;
/** The length of a window counts up to a year: one with an open end is no vaguer than that. */
const MAX_DAYS = 366;

/** 1: just what is asked for; 0: nothing to do with it, or the query does not ask. */
export function timeliness(intent: TimeIntent, times: MemoryTimes): number {
  const { window, lean, reference } = intent;
  if (window) return nearness(window, times.eventTime ?? dayOf(times.createdAt));
  if (!lean) return 0;
  const recency = 1 / (1 + age(times, reference) / RECENT_DAYS);
  return lean === "recent" ? recency : 1 - recency;
}

/** Falls with the days between the two, 1 where they overlap; in (0, 1]. */
export function nearness(window: EventTime, when: EventTime): number {
  const gap = Math.max(daysBetween(window.to, when.from), daysBetween(when.to, window.from), 0);
  const length = Math.min(MAX_DAYS, daysBetween(window.from, window.to) + 1);
  return 1 / (1 + gap / Math.max(NEAR_DAYS, length));
}

/** Days since what it says last happened, or else since it was last changed; at least 0. */
function age({ eventTime, updatedAt }: MemoryTimes, reference: ISODay): number {
  const isOver = eventTime !== undefined && eventTime.to <= reference;
  return Math.max(0, daysBetween(isOver ? eventTime.to : updatedAt.slice(0, 10), reference));
}

export function dayOf(instant: ISODate): EventTime {
  const day = instant.slice(0, 10);
  return { from: day, to: day };
}

function daysBetween(from: ISODay, to: ISODay): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}
