/**
 * Cuts one JSON-like value out of text, by brackets and strings. It is a scanner and no parser: it finds where
 * the value ends and what is suspicious about it, so that a repair can never lose a part of it unnoticed.
 */

/** A value that closes. */
export interface CutValue {
  /** Index behind its last character. */
  end: number;
  /** Its text, single-quoted strings written as JSON strings, control characters in strings escaped. */
  text: string;
  /** Why a repair of it could drop something; null where nothing is suspicious. */
  doubt: "mismatch" | "repeated-key" | "ellipsis" | null;
}

/** Deeper than any reply format, and shallow enough for every recursive parser behind. */
const MAX_DEPTH = 32;

const OPENS_LIKE_JSON = /\{\s*(?:["'“‘}]|[\w$]{1,40}\s*:|$)|\[\s*(?:["'“‘{[\]\d-]|true\b|false\b|null\b|$)/y;

/** False for a bracket of prose: `[sic]`, `{see below}`. A bracket at the very end counts: it may be a cut-off value. */
export function opensLikeJson(text: string, at: number): boolean {
  OPENS_LIKE_JSON.lastIndex = at;
  return OPENS_LIKE_JSON.test(text);
}

/**
 * The value that starts with the bracket at `start`. `"truncated"`: the text ends before it closes.
 * `"too-deep"`: nested beyond 32 levels. Linear in the length of the value.
 */
export function cutValue(source: string, start: number): CutValue | "truncated" | "too-deep" {
  const open: Level[] = [];
  const pieces: string[] = [];
  let doubt: CutValue["doubt"] = null;
  /** Last character that is neither white space nor part of a string: tells a quote from an apostrophe. */
  let before = "";
  for (let i = start; i < source.length; i++) {
    const char = source.charAt(i);
    if (char === '"' || (char === "'" && "{[,:".includes(before))) {
      const string = readString(source, i, char);
      if (string === null) return "truncated";
      if (isRepeatedKey(source, string, open.at(-1))) doubt ??= "repeated-key";
      pieces.push(string.text);
      i = string.end - 1;
      before = '"';
      continue;
    }
    pieces.push(char);
    if (char === "{" || char === "[") {
      if (open.push({ close: char === "{" ? "}" : "]", keys: new Set() }) > MAX_DEPTH) return "too-deep";
    } else if (char === "}" || char === "]") {
      if (!close(open, char)) doubt ??= "mismatch";
      if (open.length === 0) return { end: i + 1, text: pieces.join(""), doubt };
    } else if (char === "…" || source.startsWith("...", i)) {
      // A model that abbreviates ("a", "b", …) has left something out; the repair would just drop the dots.
      doubt ??= "ellipsis";
    }
    if (char.trim() !== "") before = char;
  }
  return "truncated";
}

interface Level {
  close: "}" | "]";
  keys: Set<string>;
}

/** Closes the innermost level that `char` fits, with all inside it. False where brackets do not match. */
function close(open: Level[], char: "}" | "]"): boolean {
  if (open.at(-1)?.close === char) {
    open.pop();
    return true;
  }
  const at = open.findLastIndex((level) => level.close === char);
  if (at >= 0) open.length = at;
  return false;
}

/** JSON.parse keeps the last of two equal keys: the first value would be lost without a word. */
function isRepeatedKey(source: string, string: JSONString, level: Level | undefined): boolean {
  if (level?.close !== "}" || !followedBy(source, string.end, ":")) return false;
  if (level.keys.has(string.text)) return true;
  level.keys.add(string.text);
  return false;
}

interface JSONString {
  end: number;
  /** With double quotes around it. */
  text: string;
}

/**
 * The string that starts with the quote at `start`, as JSON; null where it does not end. A single quote ends it
 * only in front of JSON punctuation: the one in `'User's dog'` is an apostrophe.
 */
function readString(source: string, start: number, quote: string): JSONString | null {
  const pieces = ['"'];
  for (let i = start + 1; i < source.length; i++) {
    const char = source.charAt(i);
    if (char === "\\") {
      const escaped = source.charAt(++i);
      pieces.push(escaped === "'" ? "'" : `\\${escaped}`);
    } else if (char === quote && (quote === '"' || followedBy(source, i + 1, ",:}]"))) {
      pieces.push('"');
      return { end: i + 1, text: pieces.join("") };
    } else if (char === '"') {
      pieces.push('\\"');
    } else {
      pieces.push(char < " " ? escapeControl(char) : char);
    }
  }
  return null;
}

function followedBy(source: string, at: number, chars: string): boolean {
  let i = at;
  while (i < source.length && source.charAt(i).trim() === "") i++;
  return i < source.length && chars.includes(source.charAt(i));
}

function escapeControl(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
