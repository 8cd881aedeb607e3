/** Numbers, times and errors in words. */
import { KeepsakeError } from "keepsake";

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const DATE = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export function bytes(count: number): string {
  if (count < 1_000_000) return `${Math.round(count / 1_000)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1_000);
  if (Math.abs(seconds) < 45) return "just now";
  if (Math.abs(seconds) < 3_600) return RELATIVE.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return RELATIVE.format(Math.round(seconds / 3_600), "hour");
  return RELATIVE.format(Math.round(seconds / 86_400), "day");
}

export function fullDate(iso: string): string {
  return DATE.format(new Date(iso));
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** The library's messages say what happened and what to do; others are shown as they are. */
export function inWords(error: unknown): string {
  const message = error instanceof Error || KeepsakeError.isInstance(error) ? error.message : String(error);
  return message.replace(/^keepsake: /, "");
}

/** `http://localhost:1234/v1` → `localhost:1234`. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

export function isThisMachine(url: string): boolean {
  return URL.canParse(url) && ["localhost", "127.0.0.1"].includes(new URL(url).hostname);
}
