import fc from "fast-check";
import { expect, test } from "vitest";
import { parseReply, ReplyProblem } from "../../src/add/parse-reply.ts";
import { validateExtract, type ExtractReply } from "../../src/add/reply-extract.ts";
import { validateResolve } from "../../src/add/reply-resolve.ts";

/** What a model may write, down to single tokens. */
const token = fc.constantFrom(
  ..."{}[]:,\"'`.<>\\\n ",
  '{"facts":',
  '{"facts":[]}',
  '{"text":"User likes tea"}',
  '"User has a dog"',
  "[]",
  "<think>",
  "</think>",
  "```json\n",
  "<|im_end|>",
  "...",
  "__proto__",
  "true",
  "0",
);
const noise = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.oneof(token, fc.string({ maxLength: 5 })), { maxLength: 40 }).map((parts) => parts.join("")),
);

/** A fact's text as validators leave it: one line, trimmed, well-formed. Brackets, quotes and tags included. */
const text = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.array(token, { maxLength: 8 }).map((parts) => parts.join("")),
  )
  .map((value) => value.replace(/[\p{Cc}\s\p{Surrogate}]+/gu, " ").trim())
  .filter((value) => value !== "");
const answer = fc
  .uniqueArray(text, { maxLength: 6 })
  .map((texts) => ({ facts: texts.map((value) => ({ text: value })) }));

const prose = fc.constantFrom("", "Sure!\n", "Here are the facts [as asked] {if any}:\n", "That's all: see (1).\n");
const before = fc.constantFrom(
  "",
  '<think>no {"facts":[]} … [draft</think>\n',
  'thinking {"facts":["draft"]}\n</think>\n',
  "[THINK]x[/THINK]",
);
const fence = fc.constantFrom(["", ""], ["```json\n", "\n```\n"], ["```\n", "\n```"], ["```json\n", ""]);
const after = fc.constantFrom(
  "",
  "<|im_end|>",
  "</s>",
  '<|eot_id|>\n<|im_start|>user\n{"facts":["other"]}',
  "<end_of_turn>\n",
);

function read(reply: string): ExtractReply | ReplyProblem {
  try {
    return parseReply(reply, validateExtract);
  } catch (problem) {
    if (problem instanceof ReplyProblem) return problem;
    throw problem;
  }
}

test("any text gives an answer or a ReplyProblem, and nothing else", () => {
  fc.assert(
    fc.property(noise, fc.nat(3), fc.nat(3), (reply, facts, ids) => {
      const extracted = read(reply);
      if (!(extracted instanceof ReplyProblem)) {
        for (const fact of extracted.facts) expect(fact.text.trim()).not.toBe("");
      }
      try {
        const resolved = parseReply(reply, (value) => validateResolve(value, { facts, ids }));
        for (const { fact, id } of resolved.decisions) {
          expect(fact).toBeLessThan(facts);
          if (id !== undefined) expect(Number(id)).toBeLessThan(ids);
        }
      } catch (problem) {
        expect(problem).toBeInstanceOf(ReplyProblem);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("an answer reads the same in any mix of thoughts, prose, fences and end-of-turn tokens", () => {
  fc.assert(
    fc.property(
      answer,
      before,
      prose,
      fence,
      prose,
      after,
      fc.boolean(),
      (value, thought, intro, [open, close], outro, end, pretty) => {
        const json = JSON.stringify(value, null, pretty ? 2 : undefined);
        expect(read(`${thought}${intro}${open}${json}${close}${outro}${end}`)).toEqual(value);
      },
    ),
    { numRuns: 1_000 },
  );
});

test("an answer with single quotes, unquoted keys and trailing commas reads the same", () => {
  const plain = text.filter((value) => !/["'\\`]/.test(value));
  fc.assert(
    fc.property(fc.uniqueArray(plain, { minLength: 1, maxLength: 5 }), fc.boolean(), (texts, quoted) => {
      const key = (name: string): string => (quoted ? `'${name}'` : name);
      const items = texts.map((value) => `{${key("text")}: '${value}',},`).join("\n");
      expect(read(`{${key("facts")}: [${items}],}`)).toEqual({ facts: texts.map((value) => ({ text: value })) });
    }),
  );
});

test("a truncated answer is a problem, wherever the cut is: facts behind it are never lost silently", () => {
  fc.assert(
    fc.property(
      answer,
      before,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (value, thought, share) => {
        const json = JSON.stringify(value);
        expect(read(thought + json.slice(0, Math.floor(json.length * share)))).toBeInstanceOf(ReplyProblem);
      },
    ),
    { numRuns: 1_000 },
  );
});

test("damage to an answer with facts never makes it an empty one", () => {
  const damage = fc.array(fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.oneof(fc.constant(""), token) }), {
    minLength: 1,
    maxLength: 4,
  });
  const facts = fc.uniqueArray(fc.stringMatching(/^User [a-z ]{3,20}[a-z]$/), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(facts, damage, (texts, edits) => {
      let reply = JSON.stringify({ facts: texts.map((value) => ({ text: value })) });
      for (const { at, remove, insert } of edits) {
        const from = at % reply.length;
        // An insertion of a whole empty answer is no damage.
        const inserted = /\[\]/.test(insert) ? "" : insert;
        reply = reply.slice(0, from) + inserted + reply.slice(from + remove) || " ";
      }
      const result = read(reply);
      if (!(result instanceof ReplyProblem)) expect(result.facts.length, reply).toBeGreaterThan(0);
    }),
    { numRuns: 3_000 },
  );
});

test("no reply touches a prototype", () => {
  const key = fc.constantFrom("__proto__", "constructor", "prototype", "toString", "facts", "text", "polluted");
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(true, "x", null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as unknown),
    ),
  })).value;
  fc.assert(
    fc.property(json, (value) => {
      const result = read(JSON.stringify(value));
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("text");
      if (!(result instanceof ReplyProblem)) {
        for (const fact of result.facts) expect(Object.getPrototypeOf(fact)).toBe(Object.prototype);
      }
    }),
    { numRuns: 1_000 },
  );
});
