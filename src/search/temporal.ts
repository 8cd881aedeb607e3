/** How well a memory answers what a query says about time. Pure: dates in, a number in [0, 1] out. */
import { dayAt, daysBetween, oneDay, union } from "../text/calendar.ts";
import type { TimeIntent } from "../text/time-intent.ts";
import type { EventTime, ISODate, ISODay } from "../types.ts";

/** The times of a memory. */
export interface MemoryTimes {
  createdAt: ISODate;
  updatedAt: ISODate;
  /** Of what it says, where that is known. */
  eventTime?: EventTime;
}

/** A memory this many days old is half as recent as one of today. */
const RECENT_DAYS = 30;
/** A memory this far outside of the days asked about, or as far as they are long, is half as near as one inside. */
const NEAR_DAYS = 7;
/** The length of a window counts up to a year: one with an open end is no vaguer than that. */
const MAX_DAYS = 366;

/** 1: just what is asked for; 0: nothing to do with it, or the query does not ask. */
export function timeliness(intent: TimeIntent, times: MemoryTimes): number {
  const { window, lean, reference, offsetMinutes = 0, told = false } = intent;
  if (window) {
    const { eventTime, createdAt } = times;
    const byEvent = eventTime ? nearness(window, eventTime) : 0;
    return eventTime && !told ? byEvent : Math.max(byEvent, nearness(window, dayOf(createdAt, offsetMinutes)));
  }
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

/** By the clock of who asks, and by that of UTC, in which a day without a time is kept: an instant may be of two days. */
export function dayOf(instant: ISODate, offsetMinutes: number): EventTime {
  return union(oneDay(dayAt(instant, 0)), oneDay(dayAt(instant, offsetMinutes)));
}
