/** Texts and numbers in replies, as the validators of all reply formats read them. */
import { ReplyProblem } from "./parse-reply.ts";

/** Most facts and decisions in one reply. */
export const MAX_ITEMS = 200;
/** Longest text of a fact, in characters (UTF-16 units). A longer one is a problem, and never cut. */
export const MAX_TEXT_LENGTH = 2_000;
/** Longest reason; a longer one is cut, it is only information. */
const MAX_REASON_LENGTH = 300;

/** One line, without control characters and lone surrogates (which no store keeps). */
export function cleanText(text: string): string {
  const clean = text
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  if (clean.length > MAX_TEXT_LENGTH) throw new ReplyProblem(`A text is longer than ${MAX_TEXT_LENGTH} characters`);
  return clean;
}

export function cleanReason(reason: string): string {
  return cleanText(reason.slice(0, MAX_REASON_LENGTH));
}

/** `{ [key]: value }`, or nothing where there is no value: optional keys are absent, never undefined. */
export function optional<K extends string, V>(key: K, value: V | null | undefined): Partial<Record<K, NonNullable<V>>> {
  if (value === null || value === undefined || value === "") return {};
  return { [key]: value } as Partial<Record<K, NonNullable<V>>>;
}

/** A whole number from 0, also as `"3"`, `"#3"` or `"[3]"`. */
export function readIndex(value: unknown): number | null {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? value : null;
  if (typeof value !== "string") return null;
  const digits = /^[#[]?(\d{1,6})\]?$/.exec(value.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}
