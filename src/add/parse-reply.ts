/**
 * From the raw text of a model's reply to validated data. Small models wrap their JSON in fences, prose,
 * thoughts and end-of-turn tokens, and bend its syntax; all of that is read. What could cost a fact is not
 * guessed at: it is a {@link ReplyProblem}, and the pipeline asks again.
 */
import { jsonrepair } from "jsonrepair";
import { cutValue, opensLikeJson, type CutValue } from "./cut-json.ts";

/**
 * A reply that cannot be used. Internal: the pipeline puts `message` into the second question, and turns a
 * second one into an LLMOutputError. The message is one or more English sentences, without the last full stop, and never quotes the reply.
 */
export class ReplyProblem extends Error {
  override name = "ReplyProblem";
}

/** Longer replies are not examined, in characters. */
export const MAX_REPLY_LENGTH = 200_000;

/** Longer broken values are not repaired, in characters: jsonrepair takes quadratic time at its worst. */
const MAX_REPAIR_LENGTH = 32_000;

/**
 * The validated answer in a reply.
 *
 * Order: cut the balanced JSON values out of the text → `JSON.parse` → jsonrepair → `validate`. Of several values
 * the one that validates is the answer; two that differ are a problem. Objects that do not validate one by one are
 * tried as one list (one object per line). `validate` gets parsed JSON (own `__proto__` keys included, so read own properties only) and throws a
 * ReplyProblem for what it cannot use.
 *
 * Never an empty result for a broken reply: a bare `[]` counts only where it is the whole reply, and **nothing is
 * accepted from a truncated one**. Its complete items would look like the whole answer, and the facts behind
 * the cut would be lost without a trace; asking again costs one call.
 *
 * @throws {ReplyProblem} for every reply without exactly one usable answer
 * @example
 * const { facts } = parseReply('```json\n{"facts": ["User likes tea"]}\n```', validateExtract);
 */
export function parseReply<T>(text: string, validate: (value: unknown) => T): T {
  if (typeof text !== "string" || text.trim() === "") throw new ReplyProblem("The reply was empty");
  if (text.length > MAX_REPLY_LENGTH) throw new ReplyProblem("The reply was far too long");
  const reply = unquote(text);
  try {
    return choose(reply, findValues(reply), validate);
  } catch (problem) {
    if (!(problem instanceof ReplyProblem)) throw problem;
    return chooseAfterThought(reply, validate, problem);
  }
}

/**
 * Templates that put `<think>` into the prompt leave a reply that starts inside a thought, and a thought may hold
 * torn JSON. Only after the whole failed, only behind a closing tag on a line of its own, and only where nothing
 * else stands there: a fact may speak of `</think>`, and what follows in it is no answer.
 */
function chooseAfterThought<T>(reply: string, validate: (value: unknown) => T, problem: ReplyProblem): T {
  let end: number | null = null;
  for (const close of reply.matchAll(new RegExp(`\\n\\s*(?:${CLOSE_THOUGHT})`, "gi")))
    end = close.index + close[0].length;
  const answer = end === null ? "" : reply.slice(end);
  const found = findValues(answer);
  if (found.values.length !== 1 || found.prose.replace(TRIVIA, "").trim() !== "") throw problem;
  return choose(answer, found, validate);
}

/** Some APIs encode twice: a JSON string that holds the JSON. */
function unquote(text: string): string {
  if (!text.trimStart().startsWith('"')) return text;
  try {
    const inner: unknown = JSON.parse(text);
    return typeof inner === "string" ? inner : text;
  } catch {
    return text;
  }
}

const THOUGHT = "(?:think|thinking|thought|reasoning)";
const OPEN_THOUGHT = `<${THOUGHT}>|◁think▷|\\[THINK\\]|<\\|channel\\|>\\s*analysis`;
const CLOSE_THOUGHT = `</${THOUGHT}>|◁/think▷|\\[/THINK\\]|<\\|channel\\|>\\s*final`;
const END_OF_TURN =
  "<\\|(?:im_end|eot_id|eom_id|end|endoftext|end_of_text|return)\\|>|</s>|<eos>|<end_of_turn>|<｜end▁of▁sentence｜>";
const isOpenThought = new RegExp(`^(?:${OPEN_THOUGHT})$`, "i");
const isCloseThought = new RegExp(`^(?:${CLOSE_THOUGHT})$`, "i");

interface Found {
  values: CutValue[];
  /** A value that does not close, or is nested too deep. */
  unfinished: "truncated" | "too-deep" | null;
  /** Text outside values and thoughts. */
  prose: string;
  /** A thought was opened and not closed: what follows may still be the thought. */
  inThought: boolean;
  /** Index behind the text that was looked at: the first end of turn after a value, or the end. */
  end: number;
}

/** The values at the top level of the text, outside of thoughts, up to the end of the turn. */
function findValues(text: string): Found {
  const marks = new RegExp(`${OPEN_THOUGHT}|${CLOSE_THOUGHT}|${END_OF_TURN}|[{[]`, "gi");
  const found: Found = { values: [], unfinished: null, prose: "", inThought: false, end: text.length };
  let at = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    found.prose += text.slice(at, mark.index);
    at = marks.lastIndex;
    if (mark[0] === "{" || mark[0] === "[") {
      if (!opensLikeJson(text, mark.index)) continue;
      const value = cutValue(text, mark.index);
      if (typeof value === "string") return { ...found, unfinished: value };
      found.values.push(value);
      at = value.end;
    } else if (isOpenThought.test(mark[0])) {
      const close = found.inThought ? null : endOfThought(text, at);
      if (close === null) found.inThought = true;
      else at = close;
    } else if (isCloseThought.test(mark[0])) {
      // It all was a thought that the prompt had opened.
      Object.assign(found, { values: [], prose: "", inThought: false });
    } else if (found.values.length > 0) {
      return { ...found, end: mark.index };
    }
    marks.lastIndex = at;
  }
  found.prose += text.slice(at);
  return found;
}

function endOfThought(text: string, from: number): number | null {
  const close = new RegExp(CLOSE_THOUGHT, "gi");
  close.lastIndex = from;
  return close.exec(text) === null ? null : close.lastIndex;
}

/** Fences, template tokens and the role names behind them. */
const TRIVIA = /```\s*\w*|<[|｜][^>]{1,40}>\s*(?:assistant|model|message)?|<start_of_turn>\s*\w*|<\/?\w{1,20}>/g;

function isTrivia(text: string): boolean {
  return !/[\p{L}\p{N}]/u.test(text.replace(TRIVIA, " "));
}

function choose<T>(text: string, found: Found, validate: (value: unknown) => T): T {
  if (found.unfinished === "truncated") {
    throw new ReplyProblem("The JSON is cut off before its end. Answer shorter, and completely");
  }
  if (found.unfinished === "too-deep") throw new ReplyProblem("The JSON is nested too deeply");
  const last = found.values.at(-1);
  if (last === undefined) throw new ReplyProblem("There is no JSON in the reply");
  if (found.inThought && !isTrivia(text.slice(last.end, found.end))) {
    throw new ReplyProblem("There is no JSON at the end of the reply, after the thoughts");
  }
  // Ends of JSON in the prose: a value was torn, and what was cut out may be empty only for that.
  if (!found.inThought && /["']\s*[}\]]|"\s*:/.test(found.prose)) throw mismatch();
  // In a thought that was never closed, every value but the last is a draft.
  const read = (found.inThought ? [last] : found.values).map((value) => readValue(text, value, found.end));
  // "- [ ] buy tea" holds an empty list, and no answer.
  const alone = read.length === 1 && isTrivia(found.prose);
  const values = read.filter((value) => !Array.isArray(value) || value.length > 0 || alone);
  return onlyAnswer(values, validate);
}

/** The one answer among the values. Those that are none by themselves may be one together: one object per line. */
function onlyAnswer<T>(values: unknown[], validate: (value: unknown) => T): T {
  const answers = new Map<string, T>();
  const rest: unknown[] = [];
  let problem = values.find((value) => value instanceof ReplyProblem);
  const consider = (value: unknown): void => {
    const answer = attempt(value, validate);
    if (!(answer instanceof ReplyProblem)) answers.set(JSON.stringify(answer.value), answer.value);
    else if (Array.isArray(value)) problem ??= answer;
    else {
      problem ??= answer;
      rest.push(value);
    }
  };
  const unread = problem !== undefined;
  for (const value of values) {
    // Beside a value that could not be read, only a complete object is an answer: lists may be parts of it.
    if (!(value instanceof ReplyProblem) && !(unread && Array.isArray(value))) consider(value);
  }
  if (rest.length > 0 && !unread) consider(rest);
  // A draft and its correction, or one answer in pieces: to take either would lose facts.
  if (answers.size > 1) throw new ReplyProblem("The reply holds several answers that differ");
  for (const answer of answers.values()) return answer;
  throw problem ?? new ReplyProblem("There is no JSON object in the reply");
}

function attempt<T>(value: unknown, validate: (value: unknown) => T): { value: T } | ReplyProblem {
  try {
    return { value: validate(value) };
  } catch (problem) {
    if (problem instanceof ReplyProblem) return problem;
    throw problem;
  }
}

/** The parsed value, or what is wrong with it. Throws where nothing else in the reply can be trusted either. */
function readValue(text: string, value: CutValue, end: number): unknown {
  const behind = text.slice(value.end, end);
  if (value.doubt === "repeated-key") return new ReplyProblem("A key appears twice in one JSON object");
  if (value.doubt === "ellipsis") return new ReplyProblem("The JSON leaves something out with an ellipsis");
  // With brackets that do not match, or some left over in front of more text, the value was cut too early.
  if ((value.doubt === "mismatch" && /[{}[\]]/.test(behind)) || goesOn(behind)) throw mismatch();
  try {
    return JSON.parse(value.text) as unknown;
  } catch {
    if (/^\s*[}\]]/.test(behind)) throw mismatch();
    return repair(value.text);
  }
}

/** One bracket too many at the very end is a slip that loses nothing; in front of more text it is not. */
function goesOn(behind: string): boolean {
  const closers = /^[\s}\]]*/.exec(behind)?.[0] ?? "";
  return closers.trim() !== "" && !isTrivia(behind.slice(closers.length));
}

function mismatch(): ReplyProblem {
  return new ReplyProblem("The brackets of the JSON do not match");
}

function repair(text: string): unknown {
  if (text.length <= MAX_REPAIR_LENGTH) {
    try {
      const repaired = jsonrepair(text);
      // Unquoted keys can repeat, too, which shows only now.
      const again = cutValue(repaired, 0);
      if (typeof again !== "string" && again.doubt === null) return JSON.parse(repaired) as unknown;
    } catch {
      // Not to be repaired.
    }
  }
  return new ReplyProblem("The JSON is not valid");
}
