/** Builds what is measured: the page, and what Node needs of the library's sources. `npm run build` came before. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Everything that the benchmark makes, and nothing that is checked in. */
export const CACHE = path("../../.cache/bench");

export async function buildPage() {
  await build({ configFile: path("browser/vite.config.ts") });
  return `${CACHE}/page`;
}

/**
 * A TypeScript module, for this Node.
 * @param {string} name of the file below `.cache/bench`
 * @param {string} entry relative to this folder
 */
export async function importTypeScript(name, entry) {
  const outDir = `${CACHE}/${name}`;
  await build({
    root: path("../.."),
    configFile: path("../../vite.config.ts"),
    logLevel: "warn",
    build: { outDir, emptyOutDir: true, sourcemap: false, lib: { entry: { [name]: path(entry) }, formats: ["es"] } },
  });
  return import(pathToFileURL(`${outDir}/${name}.js`).href);
}
