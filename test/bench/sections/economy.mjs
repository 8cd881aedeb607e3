/** What an add asks of the LLM: calls and prompt sizes over the same fifty adds, one after the other in one scope. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashingEmbedder } from "../../../dist/engine.js";
import { Memory } from "../../../dist/index.js";
import { CHATS } from "../data/chats.mjs";
import { mean } from "../stats.mjs";
import { openKeepsake } from "../systems/keepsake.mjs";
import { openMem0 } from "../systems/mem0.mjs";
import { reasonOf } from "../machine/reason.mjs";

/** Four characters are about a token of English: the same yardstick for both. JSON schemas are not part of a prompt. */
const CHARS_PER_TOKEN = 4;

export async function run({ log }) {
  const folder = mkdtempSync(join(tmpdir(), "keepsake-bench-"));
  const systems = {
    keepsake: async (onCall) => openKeepsake(Memory, { engine: "inline", storage: "memory" }, onCall),
    mem0: (onCall) => openMem0(folder, hashingEmbedder(), onCall),
  };
  const results = [];
  try {
    for (const [system, open] of Object.entries(systems)) {
      const result = await measure(open).catch((error) => ({ error: reasonOf(error) }));
      results.push({ system, ...result });
      log(`LLM economy of ${system}: ${result.error ?? "done"}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

async function measure(open) {
  const calls = [];
  const opened = await open((messages, purpose) => {
    const size = (role) =>
      messages.filter((message) => role(message.role)).reduce((sum, { content }) => sum + content.length, 0);
    calls.push({ purpose, instructions: size((role) => role === "system"), chars: size(() => true) });
  });
  for (const [text, facts] of CHATS) await opened.addFacts(text, facts);
  await opened.close();
  return summary(calls);
}

function summary(calls) {
  const chars = calls.reduce((sum, call) => sum + call.chars, 0) / CHATS.length;
  const purposes = [...new Set(calls.map(({ purpose }) => purpose))];
  return {
    adds: CHATS.length,
    callsPerAdd: calls.length / CHATS.length,
    charsPerAdd: chars,
    tokensPerAdd: chars / CHARS_PER_TOKEN,
    purposes: Object.fromEntries(purposes.map((purpose) => [purpose, ofPurpose(calls, purpose)])),
  };
}

function ofPurpose(calls, purpose) {
  const own = calls.filter((call) => call.purpose === purpose);
  return {
    calls: own.length,
    /** System prompt, at its longest. */
    instructionTokens: Math.max(...own.map(({ instructions }) => instructions)) / CHARS_PER_TOKEN,
    tokens: mean(own.map(({ chars }) => chars)) / CHARS_PER_TOKEN,
  };
}
