/**
 * The demo in a terminal: `npm run example`. The same examples on the inline engine: what was stored, why,
 * and a search. Nothing is written to disk and nothing is fetched.
 */
import { Memory } from "keepsake";

const tty = process.stdout.isTTY && !process.env["NO_COLOR"];
const paint = (code) => (text) => (tty ? `\u001b[${code}m${text}\u001b[0m` : text);
const [bold, dim, green, yellow, red] = ["1", "2", "32", "33", "31"].map(paint);
const EVENT_COLORS = { ADD: green, UPDATE: yellow, DELETE: red, NONE: dim };
const INDENT = " ".repeat(11);

const MOVIE = [
  { role: "user", content: "I'm planning to watch a movie tonight. Any recommendations?" },
  { role: "assistant", content: "How about a thriller movies? They can be quite engaging." },
  { role: "user", content: "I'm not a big fan of thriller movies but I love sci-fi movies." },
  {
    role: "assistant",
    content: "Got it! I'll avoid thriller recommendations and suggest sci-fi movies in the future.",
  },
];
const TRIP = [
  { role: "user", content: "I'm planning a trip to Tokyo next month." },
  { role: "assistant", content: "Great! I'll remember that for future suggestions." },
];
const METADATA = { category: "movie_recommendations" };

const memory = new Memory({ engine: "inline", storage: "memory", embedder: "hashing" });
try {
  await remember("A movie for tonight", MOVIE, { userId: "alice", metadata: METADATA });
  await remember("A trip to Tokyo", TRIP, { userId: "alice" });
  await remember("A taste …", "I loved Chinese food.", { userId: "alice" });
  await remember("… and a change of mind", "I hate Chinese food now.", { userId: "alice" });
  await search("what should we watch?", { userId: "alice", topK: 5 });
  await remember("The movie again, word for word", MOVIE, { userId: "bob", metadata: METADATA, infer: false });
  await search("what should we watch?", { userId: "bob", topK: 5 });
  await tellWhatRan();
} finally {
  await memory.close();
}

async function remember(title, messages, options) {
  heading(title, `add(messages, ${literal(options)})`);
  for (const { role, content } of typeof messages === "string" ? [{ role: "user", content: messages }] : messages) {
    print(`${role.padEnd(9)}  ${content}`, dim);
  }
  print("");
  const { results } = await memory.add(messages, options);
  if (results.length === 0) print("Nothing worth remembering.");
  for (const { event, memory: text, previousMemory, reason } of results) {
    print(`${EVENT_COLORS[event](event.padEnd(9))}  ${bold(text)}`);
    if (previousMemory !== undefined) print(`${INDENT}before: ${previousMemory}`);
    print(`${INDENT}${dim(reason)}`);
  }
}

async function search(query, options) {
  heading("A question", `search(${JSON.stringify(query)}, ${literal(options)})`);
  const { results } = await memory.search(query, options);
  if (results.length === 0) print("Nothing found.");
  for (const { score, memory: text } of results) {
    const bar = "█".repeat(Math.round(score * 5)).padEnd(5, "·");
    const line = `${bar}${score.toFixed(2).padStart(5)} ${text}`;
    print(score > 0 ? line : dim(line));
  }
  if (results.some(({ score }) => score === 0))
    print("\n0.00: no words in common. A model would compare meaning.", dim);
}

async function tellWhatRan() {
  const { memories, engine, storage, embedder } = await memory.info();
  heading("In use", "info()");
  print(
    `${memories} memories · ${engine} engine · ${storage} storage · ${embedder.space} · rules, no LLM · no network`,
  );
}

function heading(title, call) {
  process.stdout.write(`\n${bold(title)}\n${dim(call)}\n\n`);
}

function print(line, style = (text) => text) {
  process.stdout.write(
    line === ""
      ? "\n"
      : `${line
          .split("\n")
          .map((part) => (part === "" ? "" : `  ${style(part)}`))
          .join("\n")}\n`,
  );
}

/** As one would write it: `{ userId: "alice", topK: 5 }`. */
function literal(value) {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => `${key}: ${literal(item)}`);
  return `{ ${fields.join(", ")} }`;
}
