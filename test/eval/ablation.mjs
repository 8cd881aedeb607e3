/**
 * What each signal is worth: `npm run eval -- --data FILE --ablation` builds the library once for every variant below,
 * each with one constant or one line changed, and measures them all. Nothing of this is in the product.
 */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";

const FUSE = "src/search/fuse.ts";
const TIMELINE = "src/search/timeline.ts";
const NEARBY = [TIMELINE, "NEARBY = [3, 2, 1]", "NEARBY = []"];
const CUES = ["src/engine/scope-view.ts", "...(cues !== undefined && { cues })", ""];
/** The weight of cues is that of the nearest neighbor; where that changes, it is to stay. */
const SAME_CUES = [TIMELINE, "CUE = NEARBY[0]", "CUE = 3"];
const KINDS = ["src/search/query-words.ts", "related: kindMembers", "related: () => []"];
const PERSON = [FUSE, "PERSON = 0.06", "PERSON = 0"];
const TIME = [FUSE, "TIME = 0.1", "TIME = 0"];
const FORMS = ["src/text/tokenize.ts", "stemmer(baseForm(word))", "stemmer(word)"];
const vectors = (weight) => [
  FUSE,
  "lexical: { vector: 0.1, keyword: 0.9 }",
  `lexical: { vector: ${weight}, keyword: ${(1 - weight).toFixed(2)} }`,
];
const nearby = (...weights) => [TIMELINE, "NEARBY = [3, 2, 1]", `NEARBY = [${weights.join(", ")}]`];
const PLAIN = [NEARBY, SAME_CUES, CUES, KINDS, PERSON, TIME];

/** Name → what to change: file, text, replacement. */
export const VARIANTS = {
  "all signals": [],
  "− neighbors' words": [NEARBY, SAME_CUES],
  "− cues": [CUES],
  "− kinds of things": [KINDS],
  "− person": [PERSON],
  "− time": [TIME],
  "− irregular forms": [FORMS],
  "− vectors": [vectors(0)],
  "vectors × .2": [vectors(0.2)],
  "vectors × .3": [vectors(0.3)],
  "neighbors .3 only": [nearby(3), SAME_CUES],
  "neighbors .4 .2 .1": [nearby(4, 2, 1), SAME_CUES],
  "words alone (BM25)": [...PLAIN, vectors(0)],
  "vectors alone": [...PLAIN, vectors(1)],
};

/** Builds one variant. @returns its module */
export async function load(name) {
  const directory = resolve(".cache/eval", String(Object.keys(VARIANTS).indexOf(name)));
  mkdirSync(directory, { recursive: true });
  await build({
    logLevel: "error",
    build: { outDir: directory, sourcemap: false },
    plugins: [changing(VARIANTS[name])],
  });
  return import(pathToFileURL(resolve(directory, "index.js")).href);
}

function changing(changes) {
  return {
    name: "keepsake:ablation",
    enforce: "pre",
    transform(code, id) {
      const mine = changes.filter(([file]) => id.endsWith(file));
      return mine.length === 0 ? undefined : { code: mine.reduce(replaceOnce, code), map: null };
    },
  };
}

function replaceOnce(code, [file, from, to]) {
  if (code.split(from).length !== 2) throw new Error(`${file} should have once: ${from}`);
  return code.replace(from, to);
}
