/** What was aimed for, and whether it was reached. A number that is missed stands there as well. */
import { number, share, table, times } from "./format.mjs";
import { costOfCall } from "./memories.mjs";
import { buildOf, costOf, nameOf } from "./vectors.mjs";

const ENOUGH_RECALL = 0.99;

/** @param {object} sections results by section; what was not measured is left out */
export function targetTable(sections) {
  const rows = [
    ...(sections.vectors ? vectorTargets(sections.vectors.results) : []),
    ...(sections.overhead ? overheadTargets(sections.overhead.results) : []),
    ...(sections["cold-open"] ? coldTargets(sections["cold-open"].results) : []),
    ...(sections.page ? [pageTarget(sections.page.results)] : []),
    ...(sections.economy ? economyTargets(sections.economy.results) : []),
  ];
  return table(
    ["aim", "measured", ""],
    rows.map(([aim, measured, isMet]) => [aim, measured, isMet ? "met" : "**missed**"]),
  );
}

function vectorTargets(results) {
  const targets = [];
  const at = (name, size) => results.find((result) => result.name === name && result.size === size && result.searches);
  const ours = at("keepsake", 10_000);
  if (ours) targets.push(fastestPeer(ours, results), fasterBuild(ours, results), narrowFilter(ours));
  const large = at("keepsake", 100_000);
  if (large)
    targets.push(["100,000: search p50 ≤ 5 ms", `${number(large.searches[100].p50)} ms`, large.searches[100].p50 <= 5]);
  return targets;
}

/** Those that find what is there, at ten thousand rows. */
function goodPeers(results) {
  return results.filter(
    ({ name, size, searches }) =>
      size === 10_000 && !name.startsWith("keepsake") && searches?.[100].recall >= ENOUGH_RECALL,
  );
}

function fastestPeer(ours, results) {
  const search = ours.searches[100];
  const [fastest] = goodPeers(results).toSorted((a, b) => costOf(a.searches[100]) - costOf(b.searches[100]));
  const theirs = fastest && costOf(fastest.searches[100]);
  const beside = fastest ? `, ${nameOf(fastest.name)} ${number(theirs)} ms` : "";
  const isMet = search.recall >= ENOUGH_RECALL && (fastest === undefined || costOf(search) <= theirs);
  const measured = `${number(costOf(search))} ms at recall ${share(search.recall)}${beside}`;
  return ["10,000: search CPU ≤ the fastest peer's, at recall ≥ .99", measured, isMet];
}

function fasterBuild(ours, results) {
  const aim = "10,000: build ≥ 20 × faster than any peer that reaches that search speed";
  // Twice our time still counts as that speed: else the aim would be empty as soon as we lead.
  const rivals = goodPeers(results).filter(({ searches }) => costOf(searches[100]) <= 2 * costOf(ours.searches[100]));
  if (rivals.length > 0) {
    const [next] = rivals.toSorted((a, b) => buildOf(a) - buildOf(b));
    return [
      aim,
      `${nameOf(next.name)} takes ${times(buildOf(next), buildOf(ours))} ours`,
      buildOf(next) >= 20 * buildOf(ours),
    ];
  }
  const [nearest] = goodPeers(results).toSorted((a, b) => costOf(a.searches[100]) - costOf(b.searches[100]));
  const beside = nearest
    ? `; the nearest, ${nameOf(nearest.name)}, takes ${times(buildOf(nearest), buildOf(ours))} ours`
    : "";
  return [aim, `none reaches it${beside}`, true];
}

function narrowFilter({ searches }) {
  return [
    "10,000 behind a 1 % filter: search ≤ 0.2 ms",
    `${number(searches[1].p50)} ms p50, ${number(searches[1].cpuMs)} ms CPU`,
    searches[1].p50 <= 0.2,
  ];
}

/** In the page, too: it writes to disk there, and every call crosses to a worker and back. */
function overheadTargets(results) {
  const at = (system, place) =>
    results.find((other) => other.system === system && other.place === place && other.size === 10_000 && !other.error);
  const theirs = at("mem0", "Node");
  const target = (aim, kind, least) =>
    ["Node", "Chromium"].flatMap((place) => {
      const ours = at("keepsake", place);
      if (!ours || !theirs) return [];
      const ratio = costOfCall(theirs[kind]) / costOfCall(ours[kind]);
      const measured = `${number(ratio)} × (${number(ours[kind].cpuMs)} ms, mem0 in Node ${number(theirs[kind].cpuMs)} ms)`;
      return [[`${aim}: ours in ${place}`, measured, ratio >= least]];
    });
  return [
    ...target("10,000: hybrid search ≥ 100 × less CPU than mem0's", "search", 100),
    ...target("10,000: `add` with 3 facts ≥ 20 × less CPU than mem0's", "addFacts", 20),
  ];
}

function coldTargets(results) {
  return [
    [10_000, 300],
    [50_000, 1_000],
  ].flatMap(([size, most]) => {
    const result = results.find((other) => other.size === size && !other.error);
    if (!result) return [];
    return [
      [
        `cold open of ${size.toLocaleString("en-US")} ≤ ${most.toLocaleString("en-US")} ms, without the model`,
        `${number(result.ms)} ms`,
        result.ms <= most,
      ],
    ];
  });
}

function pageTarget(results) {
  const tasks = results.flatMap((phase) => phase.tasks);
  const measured = `${tasks.length} tasks, longest ${number(Math.max(0, ...tasks))} ms`;
  return ["no task of the page over 50 ms: model load, 1,000 adds, 1,000 searches", measured, tasks.length === 0];
}

function economyTargets(results) {
  const extract = results.find(({ system }) => system === "keepsake")?.purposes?.extract;
  if (!extract) return [];
  return [
    [
      "≤ 1,000 instruction tokens per extract call",
      number(extract.instructionTokens),
      extract.instructionTokens <= 1_000,
    ],
  ];
}
