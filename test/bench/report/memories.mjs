/** The tables of whole memories: overhead, LLM economy, cold open, embedding, the page meanwhile. */
import { megabytes, number, rowsText, table, times } from "./format.mjs";

const CALLS = [
  ["search", "search, top 20"],
  ["addFacts", "add, 3 facts"],
  ["addRaw", "add, raw"],
];

export const costOfCall = (call) => call?.cpuMs ?? call?.ms;

export function overheadTable({ results }) {
  const ours = (size) =>
    results.find((result) => result.system === "keepsake" && result.place === "Node" && result.size === size);
  const cell = (call, own) =>
    `${times(costOfCall(call), costOfCall(own))} · ${number(call.cpuMs)} / ${number(call.ms)}`;
  const rows = results.map((result) => [
    `${result.system} in ${result.place}`,
    rowsText(result.size),
    ...(result.error ? [result.error, "–", "–"] : CALLS.map(([kind]) => cell(result[kind], ours(result.size)?.[kind]))),
  ]);
  return table(["× ours in Node · CPU / wall ms", "stored", ...CALLS.map(([, title]) => title)], rows);
}

export function economyTable({ results }) {
  const ours = results.find(({ system }) => system === "keepsake");
  const rows = results.map((result) => {
    if (result.error) return [result.system, result.error, "–", "–", "–", "–"];
    const instructions = Object.entries(result.purposes).map(
      ([purpose, { instructionTokens }]) => `${purpose} ${number(instructionTokens)}`,
    );
    return [
      result.system,
      times(result.tokensPerAdd, ours.tokensPerAdd),
      number(result.callsPerAdd),
      number(result.tokensPerAdd),
      number(result.charsPerAdd),
      instructions.join(", "),
    ];
  });
  return table(
    ["", "tokens × ours", "calls per add", "prompt tokens per add", "characters per add", "instruction tokens"],
    rows,
  );
}

export function embeddingTable({ results: { cells, difference } }) {
  const find = (way, cell) =>
    cells.find((other) => other.way === way && other.batch === cell.batch && other.words === cell.words);
  const rows = cells
    .filter(({ way }) => way === "keepsake")
    .map((ours) => {
      const theirs = find("pipeline", ours);
      const show = ({ cpuMs, ms }) => `${number(cpuMs)} / ${number(ms)}`;
      return [
        `${ours.batch} × ${ours.words} words`,
        times(theirs.cpuMs ?? theirs.ms, ours.cpuMs ?? ours.ms),
        show(ours),
        show(theirs),
      ];
    });
  return `${table(["texts", "`pipeline()` × ours", "ours, CPU / wall ms", "`pipeline()`, CPU / wall ms"], rows)}

Largest difference of a number between the two: ${difference.toExponential(1)}.`;
}

export function coldOpenTable({ results }) {
  const rows = results.map((result) =>
    result.error
      ? [rowsText(result.size), result.error, "–", "–", "–", "–"]
      : [
          rowsText(result.size),
          number(result.ms),
          number(result.worstMs),
          number(result.cpuMs),
          number(result.nextSearchMs),
          megabytes(result.bytes),
        ],
  );
  return table(["memories", "cold open, median ms", "worst ms", "CPU ms", "next search ms", "disk MB"], rows);
}

export function pageTable({ results }) {
  const rows = results.map(({ name, ms, tasks }) => [
    name,
    number(ms),
    String(tasks.length),
    number(Math.max(0, ...tasks)),
  ]);
  return table(["", "took, ms", "main-thread tasks over 50 ms", "longest, ms"], rows);
}
