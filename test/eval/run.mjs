/**
 * Does search find what was said? `npm run eval -- --data FILE [--mode raw|facts|messages] [--json FILE] [--ablation]`
 *
 * Prints recall@10 and nDCG@10 per category and conversation. `raw`: every message is stored verbatim. `facts`: recorded
 * extractions go through the add flow. `messages`: the same, asked for memories and kept messages, as four lists: either
 * alone, both in turn (five and five), and all twenty. "overall" is categories 1 to 4; adversarial questions have no answer.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { load, VARIANTS } from "./ablation.mjs";
import create from "./adapter.mjs";
import { CATEGORIES, readConversations } from "./conversations.mjs";
import { mean, measure } from "./metrics.mjs";

const MODES = ["raw", "facts", "messages"];
/** What a question is measured on in the mode `messages`. */
const LISTS = {
  memories: "memories alone, 10",
  messages: "messages alone, 10",
  both: "both in turn, 5 + 5",
  all: "both whole, 10 + 10",
};
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    mode: { type: "string" },
    json: { type: "string" },
    ablation: { type: "boolean", default: false },
  },
});
const isKnown = values.mode === undefined || MODES.includes(values.mode);
if (values.data === undefined || !isKnown || (values.ablation && values.mode === "messages")) {
  console.error("usage: npm run eval -- --data FILE [--mode raw|facts|messages] [--json FILE] [--ablation]");
  process.exit(2);
}
const conversations = readConversations(values.data);
const modes = values.mode === undefined ? MODES.slice(0, 2) : [values.mode];
const report = values.ablation ? await ablate() : await measureAll();
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(report, null, 2));

async function measureAll() {
  const report = {};
  for (const mode of modes) {
    const { rows, searchMs } = await evaluate(mode);
    if (mode === "messages") {
      const lists = Object.keys(LISTS).map((list) => [list, groups(rows.filter((row) => row.list === list))]);
      report[mode] = Object.fromEntries(lists);
      printLists(report[mode], searchMs);
    } else {
      report[mode] = groups(rows);
      print(mode, report[mode], rows.length, searchMs);
    }
  }
  return report;
}

async function ablate() {
  const report = {};
  const columns = ["overall", ...Object.values(CATEGORIES)];
  console.log(
    `recall@10; nDCG@10 overall\n\n| mode | variant | nDCG | ${columns.join(" | ")} |\n|${"---|".repeat(columns.length + 3)}`,
  );
  for (const mode of modes) {
    for (const name of Object.keys(VARIANTS)) {
      const { rows } = await evaluate(mode, await load(name));
      const of = groups(rows);
      (report[mode] ??= {})[name] = of;
      const cells = columns.map((column) => of[column].recall.toFixed(3));
      console.log(`| ${mode} | ${name} | ${of.overall.ndcg.toFixed(3)} | ${cells.join(" | ")} |`);
    }
  }
  return report;
}

async function evaluate(mode, library) {
  const system = await create({ library });
  const rows = [];
  const times = [];
  for (const { id, sessions, questions } of conversations) {
    const covers = await store(system, id, sessions, mode);
    const stored = [...covers.values()];
    // When the last session was: what "recently" and "last year" in a question are counted from.
    const asked = sessions.at(-1).at;
    for (const question of questions) {
      const start = performance.now();
      const lists = await ask(system, id, question.question, mode, asked);
      times.push(performance.now() - start);
      const relevant = stored.filter((turns) => question.evidence.some((turn) => turns.has(turn))).length;
      for (const { list, results, k } of lists) {
        const ranked = results.map(({ text }) => covers.get(text) ?? new Set());
        rows.push({ ...question, list, ...measure(ranked, question.evidence, relevant, k) });
      }
    }
  }
  await system.close();
  times.sort((a, b) => a - b);
  return { rows, searchMs: times[Math.floor(times.length / 2)] };
}

/** @returns the lists that a question is measured on */
async function ask(system, id, question, mode, asked) {
  if (mode !== "messages") return [{ results: await system.search(id, question, 10, asked), k: 10 }];
  const { memories, messages } = await system.searchBoth(id, question, 10);
  const inTurn = memories.flatMap((memory, i) => [memory, messages[i]]).filter((one) => one !== undefined);
  return [
    { list: "memories", results: memories, k: 10 },
    { list: "messages", results: messages, k: 10 },
    { list: "both", results: inTurn, k: 10 },
    { list: "all", results: [...memories, ...messages], k: 20 },
  ];
}

/** @returns which turns each stored text covers */
async function store(system, id, sessions, mode) {
  const covers = new Map();
  const note = (text, turns) => covers.set(text, new Set([...(covers.get(text) ?? []), ...turns]));
  for (const { at, turns, facts } of sessions) {
    if (mode !== "facts") for (const turn of turns) note(turn.text, [turn.id]);
    if (mode === "raw") {
      await system.addRaw(
        id,
        turns.map(({ text }) => text),
        at,
      );
    } else if (facts.length > 0 || mode === "messages") {
      for (const fact of facts) note(fact.text, fact.turns);
      await system.addFacts(
        id,
        facts.map(({ text }) => text),
        turns.map(toMessage(turns[0].speaker)),
        at,
      );
    }
  }
  return covers;
}

function toMessage(user) {
  return ({ speaker, text }) => ({ role: speaker === user ? "user" : "assistant", content: text });
}

function groups(rows) {
  const answerable = rows.filter(({ category }) => category !== 5);
  const named = { overall: answerable };
  for (const [category, name] of Object.entries(CATEGORIES))
    named[name] = rows.filter((row) => row.category === Number(category));
  for (const { id } of conversations) named[id] = answerable.filter((row) => row.conversation === id);
  return Object.fromEntries(
    Object.entries(named).map(([name, list]) => [
      name,
      { questions: list.length, recall: mean(list.map((row) => row.recall)), ndcg: mean(list.map((row) => row.ndcg)) },
    ]),
  );
}

function print(mode, groups, questions, searchMs) {
  console.log(`\n${mode}: ${questions} questions, median search ${searchMs.toFixed(2)} ms\n`);
  console.log("| group | questions | recall@10 | nDCG@10 |\n|---|---|---|---|");
  for (const [name, { questions, recall, ndcg }] of Object.entries(groups)) {
    console.log(`| ${name} | ${questions} | ${recall.toFixed(3)} | ${ndcg.toFixed(3)} |`);
  }
}

/** What each list finds of the evidence. */
function printLists(report, searchMs) {
  const titles = Object.values(LISTS);
  console.log(`\nmessages: recall, median search of both ${searchMs.toFixed(2)} ms\n`);
  console.log(`| group | questions | ${titles.join(" | ")} |\n|${"---|".repeat(titles.length + 2)}`);
  for (const [name, { questions }] of Object.entries(report.memories)) {
    const cells = Object.values(report).map((groups) => groups[name].recall.toFixed(3));
    console.log(`| ${name} | ${questions} | ${cells.join(" | ")} |`);
  }
}
