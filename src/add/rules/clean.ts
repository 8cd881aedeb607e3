/** From the content of a message to the lines its writer says in his own name. */

/** Stands where somebody else's words were; a clause with it is not used. */
export const QUOTED = "\uFFFC";

/** Of a longer message only the start is read: what comes after that is pasted material. */
const MAX_READ = 20_000;

const TASK =
  /^(?:please |can you |could you |help me |now )*(?:translate|summari[sz]e|rewrite|rephrase|proofread|paraphrase|correct|edit|improve|fix|explain|convert|write|draft|continue|complete|reply|respond|classify|analy[sz]e|review|repeat)\b[^:]{0,80}(?::|\b(?:this|following|below|text|sentence|paragraph)\b)/i;
const BULLET = /^(?:[-*•+]|\d{1,2}[.)])\s+/;
/** Words in quotes that speak themselves; a title ("Dune") does not. */
const SPEAKS = /\b(?:I|I'm|my|we|you)\b|[.!?,] |[.!?]$/i;
const LONGEST_TITLE = 60;

/**
 * Lines without code, block quotes, markup and other people's words. Text that comes with a task
 * ("Translate: …") is material, not a statement: nothing after it is used. So is what lies beyond 20,000 characters.
 */
export function cleanLines(content: string): string[] {
  const lines: string[] = [];
  for (const raw of withoutCode(straighten(content.slice(0, MAX_READ))).split(/[\n\r\u2028\u2029]+/)) {
    const line = raw.trim().replace(BULLET, "");
    if (line === "" || line.startsWith(">")) continue;
    if (TASK.test(line.slice(0, 200))) break;
    lines.push(withoutQuotes(line));
  }
  return lines;
}

function straighten(text: string): string {
  return text
    .replace(/[’‘ʼ´]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replaceAll("…", "...")
    .replaceAll("**", "")
    .replace(/[ \t\u00A0\u202F]+/g, " ");
}

function withoutCode(text: string): string {
  return text
    .split("```")
    .filter((_, index) => index % 2 === 0)
    .join("\n")
    .replaceAll("`", "");
}

function withoutQuotes(line: string): string {
  return line
    .split('"')
    .map((part, index) => {
      if (index % 2 === 0) return part;
      return part.length > LONGEST_TITLE || SPEAKS.test(part) ? QUOTED : `"${part}"`;
    })
    .join("");
}
