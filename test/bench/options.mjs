/** The command line: `npm run bench -- --only vectors,cold-open --sizes 1000,10000`. */
import { parseArgs } from "node:util";

const SECTIONS = ["vectors", "overhead", "economy", "embedding", "cold-open", "page"];

const HELP = `npm run bench -- [options]

  --only   ${SECTIONS.join(",")}   which parts (default: all)
  --sizes  1000,10000   in place of every part's own sizes
  --peers  keepsake,edgevec   which ways of searching vectors (default: all)
  --out    folder   (default: test/bench/results; what is not measured anew stays)`;

/** @returns {{ only: string[], sizes: number[] | undefined, peers: string[] | undefined, out: string | undefined }} */
export function readOptions() {
  const options = Object.fromEntries(["only", "sizes", "peers", "out"].map((name) => [name, { type: "string" }]));
  const { values } = parseArgs({ options: { ...options, help: { type: "boolean" } } });
  const list = (name) => values[name]?.split(",").filter(Boolean);
  const only = list("only") ?? SECTIONS;
  const sizes = list("sizes")?.map(Number);
  const isUnknown = only.some((name) => !SECTIONS.includes(name)) || sizes?.some((size) => !(size >= 1));
  if (!values.help && !isUnknown) return { only, sizes, peers: list("peers"), out: values.out };
  console.log(HELP);
  process.exit(values.help ? 0 : 1);
}
