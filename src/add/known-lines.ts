/** Lines of messages that are no news: the app was given them, and the store still knows them. */
import { untilAborted } from "../abort.ts";
import { scopeKeyOf } from "../scope.ts";
import { normalizeStatement } from "../text/statement.ts";
import type { MessageResult } from "../engine/results.ts";
import type { Message, PendingOp } from "../types.ts";
import { CUT, isDecoration } from "./decoration.ts";
import { linesOf, type HandedLine } from "./handed-out.ts";
import type { Run } from "./ports.ts";
import type { Said } from "./provenance.ts";

export interface News {
  /** Without the lines that are known; a message of nothing else is left out. */
  said: Said[];
  /** What those lines say, as it was handed out, each once. */
  known: string[];
}

/**
 * How far a text is known. What is stored in this very scope is no news in any case. What was superseded, lies in another
 * scope, or stands in a kept message may also be said by somebody; it is an echo where it is one of several lines, or
 * something is written around it.
 */
type Known = "stored" | "echo" | "no";

export async function withoutKnown(run: Run, op: PendingOp, said: Said[]): Promise<News> {
  const suspects = suspectsIn(said, run.handedOut.shownIn(op.scope));
  const judged = [...suspects].map(async ([text, lines]) => [text, await judge(run, op, text, lines)] as const);
  const verdicts = new Map(await Promise.all(judged));
  const textsNear = byRarestWord([...suspects.keys()]);
  const known = new Set<string>();
  const news = said.flatMap((message): Said[] => {
    const isAlone = linesOf(message.content).length === 1;
    const isNews = (line: string): boolean => {
      const found = textsOf(line, textsNear);
      const enough: Known[] = isAlone && found[0] === normalizeStatement(line) ? ["stored"] : ["stored", "echo"];
      if (found.length === 0 || !found.every((text) => enough.includes(verdicts.get(text)!))) return true;
      for (const text of found) known.add(suspects.get(text)![0]!.text);
      return false;
    };
    const content = message.content.split("\n").filter(isNews).join("\n");
    return content.trim() === "" ? [] : [{ ...message, content }];
  });
  return { said: news, known: [...known] };
}

/** By their normalized text, the lines handed out whose words are all in the messages. */
function suspectsIn(said: readonly Message[], handed: readonly HandedLine[]): Map<string, HandedLine[]> {
  const suspects = new Map<string, HandedLine[]>();
  if (handed.length === 0) return suspects;
  const words = new Set(said.flatMap(({ content }) => wordsOf(readable(content))));
  for (const line of handed) {
    const { text, words: own } = normalized(line);
    // Nothing but signs is no statement.
    const isThere = own.length > 0 && own.every((word) => words.has(word));
    if (isThere) suspects.set(text, [...(suspects.get(text) ?? []), line]);
  }
  return suspects;
}

const seen = new WeakMap<HandedLine, { text: string; words: string[] }>();

/** A line may be looked for with every add from now on. */
function normalized(line: HandedLine): { text: string; words: string[] } {
  const known = seen.get(line);
  if (known) return known;
  const text = normalizeStatement(line.text);
  const read = { text, words: wordsOf(text) };
  seen.set(line, read);
  return read;
}

/** The texts that a line consists of, longest first; none where it says more than they do. */
function textsOf(line: string, textsNear: ReadonlyMap<string, string[]>): string[] {
  let rest = readable(line);
  const near = [...new Set(wordsOf(rest))].flatMap((word) => textsNear.get(word) ?? []);
  const found = near
    .sort((a, b) => b.length - a.length)
    .filter((text) => {
      const before = rest;
      rest = cutOut(rest, text);
      return rest !== before;
    });
  return found.length > 0 && isDecoration(rest) ? found : [];
}

/** So that a long prompt is not searched for each text in each line. */
function byRarestWord(texts: readonly string[]): Map<string, string[]> {
  const counts = new Map<string, number>();
  for (const word of texts.flatMap(wordsOf)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const found = new Map<string, string[]>();
  for (const text of texts) {
    const [rarest = ""] = wordsOf(text).toSorted((a, b) => counts.get(a)! - counts.get(b)!);
    found.set(rarest, [...(found.get(rarest) ?? []), text]);
  }
  return found;
}

/** Whole words only. */
function cutOut(line: string, text: string): string {
  const isJoined = (before: string, after: string): boolean =>
    /[\p{L}\p{N}]$/u.test(before.slice(-2)) || /^[\p{L}\p{N}]/u.test(after);
  return line.split(text).reduce((done, part) => done + (isJoined(done, part) ? text : CUT) + part);
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** As handed-out texts are compared; JSON has quotes of its own. */
function readable(text: string): string {
  return normalizeStatement(text.replaceAll(CUT, " ").replace(/\\(["\\/])/g, "$1"));
}

async function judge(run: Run, op: PendingOp, text: string, lines: readonly HandedLine[]): Promise<Known> {
  const verdicts = await Promise.all(lines.map((line) => judgeLine(run, op, text, line)));
  return verdicts.includes("stored") ? "stored" : verdicts.includes("echo") ? "echo" : "no";
}

/** What was deleted since is news when it is said again. */
async function judgeLine(run: Run, op: PendingOp, text: string, { id, scope, isFormer }: HandedLine): Promise<Known> {
  if (id === null) return (await isKept(run, op, text, scope)) ? "echo" : "no";
  if (isFormer) return (await isHistory(run, id)) ? "echo" : "no";
  const memory = await untilAborted(run.engine.get(id), run.signal);
  if (memory === null) return "no";
  const isPresent = linesOf(memory.memory).some((line) => normalizeStatement(line) === text);
  return isPresent && scopeKeyOf(scope) === scopeKeyOf(op.scope) ? "stored" : "echo";
}

/** Whether the memory has its former texts still: the app has not deleted it, and they were not forgotten. */
async function isHistory(run: Run, id: string): Promise<boolean> {
  const [last] = await untilAborted(run.engine.history(id), run.signal);
  return last !== undefined && !(last.event === "DELETE" && last.decidedBy === "app");
}

/**
 * Whether a message says it of which a memory lives, or which nothing was ever remembered of. Where what came of it was
 * deleted since, it is news.
 */
async function isKept(run: Run, { opId }: PendingOp, text: string, scope: HandedLine["scope"]): Promise<boolean> {
  // The op's own messages are kept as well, and say it of course.
  const request = { scope, query: text, topK: 5, threshold: 0, filter: { opId: { ne: opId } }, contextMessages: 0 };
  const saying = async (standing: boolean): Promise<MessageResult[]> => {
    const found = await untilAborted(run.engine.searchMessages({ ...request, standing }), run.signal);
    const says = ({ content }: Message): boolean => linesOf(content).some((line) => normalizeStatement(line) === text);
    return found.filter((result) => scopeKeyOf(result) === scopeKeyOf(scope) && says(result.message));
  };
  const all = await saying(false);
  if (all.length === 0 || all.some(({ memoryIds }) => memoryIds.length > 0)) return all.length > 0;
  return (await saying(true)).length === all.length;
}
