/** When a statement speaks of: the dates that it names, resolved against the day it was said. */
import type { EventTime, ISODay } from "../types.ts";
import type { Toward } from "./date-patterns.ts";
import { datesIn, mostExact } from "./dates.ts";
import { splitStamp } from "./stamp.ts";
import { isPresent, tenseOf } from "./tense.ts";

/**
 * A date that a transcript puts before a message ("[9:15 on 18 April 2026] Ann: …") is the day it was said.
 * @param said the day it was said where the text does not tell, `YYYY-MM-DD` or an ISO instant
 * @returns null where it names no date
 * @example eventTimeOf("User is planning a trip to Tokyo next month", "2026-03-14"); // { from: "2026-04-01", to: "2026-04-30" }
 */
export function eventTimeOf(text: string, said: string): EventTime | null {
  const today = said.slice(0, 10);
  const [stamp, rest] = splitStamp(text);
  const stamped = stamp === "" ? null : timeIn(stamp, today);
  if (stamped && stamped.from === stamped.to) return timeIn(rest, stamped.from) ?? stamped;
  return timeIn(text, today);
}

function timeIn(text: string, today: ISODay): EventTime | null {
  if (Number.isNaN(Date.parse(today))) return null;
  return mostExact(datesIn(text), today, towardOf(text)) ?? null;
}

function towardOf(text: string): Toward {
  const tense = tenseOf(text);
  if (tense === "past") return isPresent(text) ? "near" : "past";
  return tense === "ahead" ? "ahead" : "near";
}
