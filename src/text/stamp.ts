/** What transcripts put before a message: "[9:15] Ann: …", "(10 May) Ann: …". */
const STAMP = /^\s*(?:\[[^\]]{0,80}\]|\([^)]{0,80}\))\s*/;

/** The stamp that a text begins with, "" where it has none, and the rest. */
export function splitStamp(text: string): [stamp: string, said: string] {
  const stamp = STAMP.exec(text)?.[0] ?? "";
  return [stamp, text.slice(stamp.length)];
}
