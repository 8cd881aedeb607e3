import { describe, expect, test } from "vitest";
import { MAX_REPLY_LENGTH, parseReply, ReplyProblem } from "../../../src/add/parse-reply.ts";
import { validateExtract } from "../../../src/add/reply-extract.ts";

const read = (reply: string): string[] => parseReply(reply, validateExtract).facts.map((fact) => fact.text);

/** What the second question says was wrong; "none" where the reply could be used. */
function problemOf(reply: string): string {
  try {
    read(reply);
    return "none";
  } catch (problem) {
    if (problem instanceof ReplyProblem) return problem.message;
    throw problem;
  }
}

const TEA = '{"facts":[{"text":"User likes tea"}]}';

describe("parseReply reads", () => {
  test.each([
    ["the plain object", TEA],
    ["a fenced object", `\`\`\`json\n${TEA}\n\`\`\``],
    ["a fence that is never closed", `\`\`\`json\n${TEA}`],
    ["prose before and after", `Sure! Here you are [as asked]:\n${TEA}\nLet me know {if} I can help.`],
    ["a closed thought before", `<think>The user said {"facts":["no"]} …</think>\n${TEA}`],
    ["a thought that was opened in the prompt", `Hm, maybe {"facts":["draft"]}.\n</think>\n${TEA}`],
    ["a thought with a torn object, opened in the prompt", `Start with {"facts": [ and so on\n</think>\n${TEA}`],
    ["a thought that is never closed, with the answer at its end", `<think>\nok, {"facts":["draft"]}? no:\n${TEA}\n`],
    ["a Magistral thought", `[THINK]{"facts":["no"]}[/THINK]${TEA}`],
    [
      "a gpt-oss thought",
      `<|channel|>analysis<|message|>{"facts":[]}?<|end|><|start|>assistant<|channel|>final<|message|>${TEA}`,
    ],
    ["end-of-turn tokens", `<|im_start|>assistant\n${TEA}<|im_end|>\n<|im_start|>user\n{"facts":["other turn"]}`],
    ["other end-of-turn tokens", `${TEA}</s><end_of_turn><|eot_id|>`],
    ["single quotes", "{'facts': [{'text': 'User likes tea'}]}"],
    ["trailing commas", '{"facts":[{"text":"User likes tea",},],}'],
    ["unquoted keys", '{facts: [{text: "User likes tea"}]}'],
    ["a missing bracket in the middle", '{"facts":[{"text":"User likes tea"}}'],
    ["a bracket too many at the end", `${TEA}]}\n\`\`\``],
    ["a bare list", '["User likes tea"]'],
    ["a bare object", '{"text":"User likes tea"}'],
    ["a wrapped object", '{"result":{"facts":[{"fact":"User likes tea"}]}}'],
    ["a doubly encoded object", JSON.stringify(TEA)],
    ["the same answer twice", `${TEA}\n\n${TEA}`],
    ["an unrelated object first", `{"status":"ok"}\n${TEA}`],
    ["a list in prose first", `[1] According to the chat: ${TEA}`],
  ])("%s", (_name, reply) => {
    expect(read(reply)).toEqual(["User likes tea"]);
  });

  test("one object per line as one list", () => {
    expect(read('{"text":"User likes tea"}\n{"text":"User has a dog"}')).toEqual(["User likes tea", "User has a dog"]);
  });

  test("apostrophes in single-quoted strings", () => {
    expect(read("{'facts': ['User\\'s dog is Rex', 'User said \"hi\", it's fine']}")).toEqual([
      "User's dog is Rex",
      'User said "hi", it\'s fine',
    ]);
  });

  test("raw line breaks and control characters in strings, as spaces", () => {
    expect(read('{"facts":["User likes\n\ttea\u0001 and\u0000 milk"]}')).toEqual(["User likes tea and milk"]);
  });

  test("facts that speak of fences, thoughts and tokens", () => {
    const texts = ["User writes </think> and <think>", "User uses ```json", "User hates <|im_end|> }{"];
    expect(read(JSON.stringify({ facts: texts }))).toEqual(texts);
  });

  test.each([['{"facts":[]}'], ["[]"], ["```json\n[]\n```"], ['<think>nothing</think>{"facts": [ ]}<|im_end|>']])(
    "%s as nothing to remember",
    (reply) => {
      expect(read(reply)).toEqual([]);
    },
  );
});

describe("parseReply refuses, and never takes for empty,", () => {
  test.each([
    ["no text", "empty", " \n"],
    ["prose", "no JSON", "User likes tea."],
    ["a checkbox in prose", "no JSON", "- [ ] User likes tea"],
    ["a null", "no JSON", "null"],
    ["an object without facts", "of the form", "{}"],
    ["null facts", "of the form", '{"facts":null}'],
    ["facts as prose", "of the form", '{"facts":"none"}'],
    ["a fact without text", "of the form", '{"facts":[{}]}'],
    ["a fact with a blank text only", "no text", '{"facts":[{"text":" "}]}'],
    ["an error object with an empty list", "of the form", '{"error":"overloaded","data":[]}'],
    [
      "the schema instead of an answer",
      "of the form",
      '{"type":"object","properties":{"facts":{"type":"array","items":{"required":["text"]}}}}',
    ],
    ["a thought that was cut off", "no JSON", '<think>I will answer {"facts":[]} or maybe'],
    [
      "two answers that differ",
      "several answers that differ",
      `${TEA}\nBetter: {"facts":["User likes tea","User has a dog"]}`,
    ],
    ["an empty draft before the answer", "several answers that differ", `{"facts":[]} no, wait: ${TEA}`],
    ["facts left out by dots", "ellipsis", '{"facts":["User likes tea", ...]}'],
    [
      "a repeated key, whose first value JSON.parse would drop",
      "appears twice",
      '{"facts":[{"text":"User likes tea","text":"User has a dog"}]}',
    ],
    ["a repeated unquoted key", "not valid", '{facts:[{text:"User likes tea",text:"User has a dog"}]}'],
    ["brackets that close too early", "brackets", '{"facts":[{"text":"User likes tea"}},{"text":"User has a dog"}]}'],
    ["a broken answer beside a loose fact", "ellipsis", '{"facts":["User likes tea", ...]}\n{"text":"User has a dog"}'],
    ["an answer that is quoted in a torn fact", "cut off", `{"facts":["User wrote </think>{'facts':[]}`],
    ["a loose text beside facts that cannot be read", "of the form", '{"facts":[7],"text":"a note"}'],
    ["a list that closes too early", "outside of the facts", '{"facts":[]"text":"User likes tea"}'],
    ["an answer that goes on behind its end", "brackets", '{"facts":[]}"text":"User likes tea"}]}'],
    ["an answer torn in the middle of a key", "brackets", '{"facts":[]}ext":"User likes tea"}]}'],
    ["an empty answer beside a loose fact", "several answers that differ", '{"facts":[]}\n{"text":"User likes tea"}'],
    ["endless nesting", "too deeply", '{"a":'.repeat(5000)],
    ["a runaway reply", "too long", "x".repeat(MAX_REPLY_LENGTH + 1)],
  ])("%s", (_name, problem, reply) => {
    expect(problemOf(reply)).toContain(problem);
  });

  test("every truncation of an answer, so that no fact behind the cut is lost", () => {
    const whole = '{"facts":[{"text":"User likes tea"},{"text":"User\'s dog is [Rex]"}]}';
    for (let length = 1; length < whole.length; length++) {
      expect(problemOf(whole.slice(0, length)), whole.slice(0, length)).not.toBe("none");
    }
    expect(problemOf(whole.slice(0, -3))).toContain("cut off");
    expect(problemOf(`${TEA}\n${whole.slice(0, 40)}`)).toContain("cut off");
  });

  test("without quoting the reply in its message", () => {
    expect(() => read('{"secret":"tea"}')).toThrow(expect.not.objectContaining({ message: /secret|tea/ }));
  });
});

test("parseReply leaves errors of the validator alone", () => {
  const bug = new TypeError("a bug");
  const validate = (): never => {
    throw bug;
  };
  expect(() => parseReply("{}", validate)).toThrow(bug);
});

test("parseReply reads own keys only, and __proto__ is a key like any other", () => {
  expect(problemOf('{"__proto__":{"facts":["x"]},"constructor":{"facts":["y"]}}')).toContain("of the form");
  expect(read('{"__proto__":{"polluted":true},"facts":["User likes tea"]}')).toEqual(["User likes tea"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("parseReply stays fast on hostile replies", () => {
  for (const unit of ["<think>", "{", "[", '["a"b', "'", '{"a":\'', "</think>", "[[]", '{"a":1}']) {
    const reply = unit.repeat(Math.floor(MAX_REPLY_LENGTH / unit.length));
    expect(problemOf(reply), unit).not.toBe("none");
  }
}, 20_000);
