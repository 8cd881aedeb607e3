/** Results as JSON, as one Markdown page, and as tables between the markers of the documentation. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { coldOpenTable, economyTable, embeddingTable, overheadTable, pageTable } from "./memories.mjs";
import { targetTable } from "./targets.mjs";
import { vectorTables } from "./vectors.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const FOLDER = join(root, "test/bench/results");
/** Where markers are looked for: `<!-- bench:vectors -->` … `<!-- /bench:vectors -->`. */
const PAGES = ["docs/benchmark.md", "docs/performance.md", "README.md"];
const TABLES = {
  vectors: ["Vector search", vectorTables],
  overhead: ["add and search without LLM and model", overheadTable],
  economy: ["LLM economy", economyTable],
  embedding: ["Embedding", embeddingTable],
  "cold-open": ["Cold open", coldOpenTable],
  page: ["The page meanwhile", pageTable],
};

/**
 * Prints what was measured, and writes it.
 * @param {object} run `{ machine, sections, out }`; a section holds `{ at, seconds, results }`
 * @param {boolean} run.isPartial chosen sizes or peers only: then nothing that is checked in is touched
 */
export function writeResults({ machine, sections, out, isPartial }) {
  const folder = out ?? (isPartial ? join(root, ".cache/bench/results") : FOLDER);
  mkdirSync(folder, { recursive: true });
  const json = join(folder, "latest.json");
  const all = isPartial ? sections : { ...previous(json), ...sections };
  writeFileSync(json, `${JSON.stringify({ machine, sections: all }, null, 2)}\n`);
  const parts = partsOf(machine, all);
  const page = join(folder, "latest.md");
  writeFileSync(page, pageOf(parts));
  console.log(pageOf(parts));
  if (!isPartial && out === undefined) for (const file of PAGES) fill(join(root, file), parts);
  format([json, page, ...PAGES.map((file) => join(root, file))]);
}

/** Sections that were not measured now stay as they were. */
function previous(json) {
  return existsSync(json) ? JSON.parse(readFileSync(json, "utf8")).sections : {};
}

function partsOf(machine, sections) {
  const measured = Object.entries(TABLES).filter(([name]) => sections[name]);
  const tables = measured.map(([name, [, render]]) => [name, render(sections[name])]);
  return { machine: machineLine(machine, sections), targets: targetTable(sections), ...Object.fromEntries(tables) };
}

function machineLine({ cpu, cores, memoryGiB, os, load, node, chromium, packages }, sections) {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version ?? "(missing)"}`);
  const minutes = Object.values(sections).reduce((sum, section) => sum + section.seconds, 0) / 60;
  const day = Object.values(sections)
    .map(({ at }) => at.slice(0, 10))
    .toSorted()
    .at(-1);
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${os}, load ${load.toFixed(1)} before it began; Node ${node}, Chromium ${chromium}; ${versions.join(", ")}. Measured on ${day} in ${Math.ceil(minutes)} min.`;
}

function pageOf({ machine, targets, ...tables }) {
  const titled = Object.entries(tables).map(([name, text]) => `## ${TABLES[name][0]}\n\n${text}`);
  return `${["# Benchmark results", machine, "## Aims", targets, ...titled].join("\n\n")}\n`;
}

function fill(file, parts) {
  if (!existsSync(file)) return;
  const before = readFileSync(file, "utf8");
  const after = Object.entries(parts).reduce((text, [name, content]) => {
    const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    return from < 0 || to < from ? text : `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
  }, before);
  if (after !== before) writeFileSync(file, after);
}

/** As the rest of the repository is, so that `npm test` has nothing to say. */
function format(files) {
  spawnSync(
    process.execPath,
    [join(root, "node_modules/oxfmt/bin/oxfmt"), ...files.filter((file) => existsSync(file))],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
}
