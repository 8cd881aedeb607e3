/**
 * `node test/bench/kernel.mjs [--rows 1000,10000] [--k 10] [--graph-up-to 10000]`: CPU ms of each way to search.
 * The numbers in src/vector/plan.ts and flat-index.ts are from here. Builds what it measures into .cache/bench.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "vite";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000,10000,50000" },
    k: { type: "string", default: "10" },
    "graph-up-to": { type: "string", default: "10000" },
  },
});

const outDir = path("../../.cache/bench");
await build({
  root: path("../.."),
  configFile: path("../../vite.config.ts"),
  logLevel: "warn",
  build: {
    outDir,
    emptyOutDir: true,
    sourcemap: false,
    lib: { entry: { kernel: path("kernel-cases.ts") }, formats: ["es"] },
  },
});

const { measure } = await import(pathToFileURL(`${outDir}/kernel.js`).href);
await measure({
  rows: values.rows.split(",").map(Number),
  topK: Number(values.k),
  graphUpTo: Number(values["graph-up-to"]),
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  report: (line) => console.log(line),
});
