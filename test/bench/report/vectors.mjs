/** The tables of vector search: per size one of searches without a filter and one behind filters. */
import { megabytes, number, rowsText, share, table, times } from "./format.mjs";

const NAMES = {
  keepsake: "**keepsake**, as the planner picks",
  "keepsake-kernel": "keepsake, exact, SIMD",
  "keepsake-plain": "keepsake, exact, plain JS",
  "keepsake-hnsw": "keepsake, HNSW",
  "@electric-sql/pglite": "PGlite + pgvector",
};
const NO_FILTER = ["mememo", "voy-search"];
const FILTERS = [1, 10, 50];

export const nameOf = (name) => NAMES[name] ?? name;

/** What a search costs: CPU, where it can be measured. */
export const costOf = (search) => search?.cpuMs ?? search?.p50;

export const buildOf = ({ build }) => build?.cpuMs ?? build?.ms;

export function vectorTables({ results }) {
  const sizes = [...new Set(results.map(({ size }) => size))];
  return sizes
    .map((size) =>
      sizeTables(
        size,
        results.filter((result) => result.size === size),
      ),
    )
    .join("\n\n");
}

function sizeTables(size, results) {
  const ours = results.find(({ name }) => name === "keepsake");
  const notes = results.flatMap(notesOf);
  return [
    `**${rowsText(size)} × 384**`,
    searchTable(results, ours),
    `Behind a filter that leaves 1 %, 10 %, 50 % of the rows (× ours · CPU ms · recall@10):`,
    filterTable(results, ours),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join("\n")] : []),
  ].join("\n\n");
}

function searchTable(results, ours) {
  const head = [
    "",
    "search × ours",
    "build × ours",
    "recall@10",
    "search CPU ms",
    "p50 / p95 ms",
    "build CPU s",
    "memory MiB",
    "disk MB",
    "cold open ms",
  ];
  return table(
    head,
    results.map((result) => searchRow(result, ours)),
  );
}

function searchRow(result, ours) {
  if (result.error) return [nameOf(result.name), ...Array(8).fill("–"), "failed"];
  const { build, finish, searches, memoryMiB, save, saveError, open } = result;
  if (build.atLeastMs !== undefined) {
    const atLeast = `> ${number(build.atLeastMs / 1_000)}`;
    return [nameOf(result.name), "–", "–", "–", "–", "–", atLeast, "–", "–", "–"];
  }
  const search = searches[100];
  return [
    nameOf(result.name),
    times(costOf(search), costOf(ours?.searches?.[100])),
    times(buildOf(result), ours && buildOf(ours)),
    share(search.recall),
    number(search.cpuMs),
    `${number(search.p50)} / ${number(search.p95)}`,
    [buildOf(result), ...(finish ? [buildOf({ build: finish })] : [])].map((ms) => number(ms / 1_000)).join(" + "),
    number(memoryMiB),
    saveError ? "–" : megabytes(save?.bytes),
    number(open?.ms),
  ];
}

function filterTable(results, ours) {
  const measured = results.filter(({ searches }) => searches);
  const cell = (search, own) =>
    `${times(costOf(search), costOf(own))} · ${number(costOf(search))} · ${share(search.recall)}`;
  return table(
    ["", ...FILTERS.map((percent) => `${percent} %`)],
    measured.map(({ name, searches }) => [
      `${nameOf(name)}${NO_FILTER.includes(name) ? " (over-fetch)" : ""}`,
      ...FILTERS.map((percent) => cell(searches[percent], ours?.searches?.[percent])),
    ]),
  );
}

function notesOf(result) {
  const name = nameOf(result.name);
  if (result.error) return [`${name}: ${result.error}`];
  const { build, finish, saveError } = result;
  return [
    ...(build.atLeastMs === undefined
      ? []
      : [
          `${name}: given up after ${rowsText(build.rows)} rows in ${number(build.ms / 1_000)} s; at that pace all take ${number(build.atLeastMs / 1_000)} s or more.`,
        ]),
    ...(finish
      ? [
          `${name}: answers, as the exact scan does, after the first part of its build, which "build × ours" is of; the second is the graph of ${rowsText(finish.graphRows)} rows, made in the background, which is in its searches, memory, disk and cold open.`,
        ]
      : []),
    ...(saveError ? [`${name}: cannot be opened from what it saved: ${saveError}`] : []),
  ];
}
