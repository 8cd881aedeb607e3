/**
 * What add and search cost without the LLM and the model: a scripted LLM with three facts, the hashing embedder, the
 * inline engine over the memory store, in Node. CPU time beside wall time, medians; a table in Markdown.
 *
 *   npm run bench -- [rows …]        default 100 1000 10000
 */
import { cpus } from "node:os";
import { Memory } from "../../dist/index.js";

const SCOPE = { userId: "alice" };
const TOPICS = ["tea", "chess", "Hamburg", "jazz", "cycling", "bread", "the sea", "Tolstoy", "gardens", "trains"];
const VERBS = ["likes", "reads about", "dislikes", "talks about", "plans", "remembers", "paints", "studies"];

const sizes = process.argv.slice(2).map(Number).filter(Boolean);
const rows = [];
for (const size of sizes.length > 0 ? sizes : [100, 1_000, 10_000]) rows.push(await measure(size));
console.log(
  `\nNode ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? "unknown CPU"}; median ms, wall / CPU\n`,
);
console.log("| stored | add, 3 facts | add raw | search, top 20 | first search |\n|---|---|---|---|---|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);

async function measure(size) {
  let next = 0;
  const llm = async ({ purpose }) =>
    purpose === "extract"
      ? JSON.stringify({ facts: [0, 1, 2].map(() => ({ text: statement(1e6 + next++) })) })
      : JSON.stringify({ decisions: [0, 1, 2].map((fact) => ({ fact, event: "ADD" })) });
  const memory = new Memory({ engine: "inline", storage: "memory", embedder: "hashing", llm });
  for (let at = 0; at < size; at += 500) {
    const batch = Array.from({ length: Math.min(500, size - at) }, (_, i) => ({
      role: "user",
      content: statement(at + i),
    }));
    await memory.add(batch, { ...SCOPE, infer: false });
  }
  const first = await timed(() => memory.search("who likes chess", SCOPE));
  const search = await median(40, (i) => memory.search(statement(i * 37), { ...SCOPE, topK: 20 }));
  const raw = await median(20, (i) => memory.add(statement(2e6 + i), { ...SCOPE, infer: false }));
  const add = await median(20, (i) => memory.add(`hello ${i}`, SCOPE));
  await memory.close();
  return [size, add, raw, search, show(first)];
}

/** A statement of its own for every number. */
function statement(n) {
  return `User ${VERBS[n % VERBS.length]} ${TOPICS[(n * 7) % TOPICS.length]} number ${n} with friend ${(n * 31) % 997}`;
}

async function median(times, body) {
  const samples = [];
  for (let i = 0; i < times; i++) samples.push(await timed(() => body(i)));
  const middle = (key) => samples.map((sample) => sample[key]).sort((a, b) => a - b)[times >> 1];
  return show({ wall: middle("wall"), cpu: middle("cpu") });
}

async function timed(body) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await body();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - started, cpu: (user + system) / 1000 };
}

function show({ wall, cpu }) {
  return `${wall.toFixed(2)} / ${cpu.toFixed(2)}`;
}
