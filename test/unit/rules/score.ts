import { extractByRules } from "../../../src/add/rules/index.ts";
import { plain } from "../../../src/add/rules/words.ts";
import type { Probe } from "../../fixtures/rules-probe.ts";

const FILLERS = new Set(["really", "just", "also", "absolutely", "actually"]);

const key = (text: string): string =>
  plain(text)
    .split(" ")
    .filter((word) => !FILLERS.has(word))
    .join(" ");

export const textsOf = (say: string, name?: string): string[] =>
  extractByRules([{ role: "user", content: say, ...(name !== undefined && { name }) }]).map(({ text }) => text);

/** Precision and recall over all facts of the probes, and the probes that went wrong, for the test's message. */
export function score(probes: readonly Probe[]): { precision: number; recall: number; wrong: string[] } {
  let hits = 0;
  let found = 0;
  let wanted = 0;
  const wrong: string[] = [];
  for (const { say, facts } of probes) {
    const got = textsOf(say).map(key);
    const want = facts.map(key);
    const both = got.filter((fact) => want.includes(fact)).length;
    hits += both;
    found += got.length;
    wanted += want.length;
    if (both !== got.length || both !== want.length) wrong.push(say);
  }
  return { precision: hits / found, recall: hits / wanted, wrong };
}
