/**
 * The library's cache of model files, and how it is healed. The library stores whatever a server answers
 * with status 200: an app server's index.html in place of a missing file stays in the cache for good,
 * long after the server is mended. So when a load fails, the model's entries are looked at, and those that
 * cannot be what they are named for are deleted.
 */
import { isNode, MAIN, neededFiles, type ModelSource } from "./model-source.ts";
import type { LibraryEnv } from "./transformers-module.ts";

/** Both packages, all versions. */
const CACHE_NAME = "transformers-cache";

/** An ONNX file begins with the field `ir_version`: tag 0x08. HTML, JSON and git-lfs pointers do not. */
const ONNX_FIRST_BYTE = 0x08;

const DEFAULT_PATH_TEMPLATE = "{model}/resolve/{revision}/";

/** Absolute URL (or path) under which a file of the model is asked for, which is also its key in the cache. */
export function fileUrl(env: LibraryEnv, source: ModelSource, file: string): string {
  if (source.localModelPath !== null) return `${source.localModelPath}${source.model}/${file}`;
  const folder = (env.remotePathTemplate ?? DEFAULT_PATH_TEMPLATE)
    .replaceAll("{model}", source.model)
    .replaceAll("{revision}", encodeURIComponent(source.revision));
  return `${(env.remoteHost ?? "").replace(/\/$/, "")}/${folder.replace(/\/$/, "")}/${file}`;
}

/** Whether every file of the model is in the browser's cache. False where there is no cache. */
export async function isCached(env: LibraryEnv, source: ModelSource): Promise<boolean> {
  const cache = await openCache(env);
  if (cache === null) return false;
  const found = await Promise.all(neededFiles(source.quantized).map((file) => cache.match(fileUrl(env, source, file))));
  return found.every((response) => response !== undefined);
}

/** Deletes the model's broken entries. @returns how many there were */
export async function dropPoisoned(env: LibraryEnv, source: ModelSource): Promise<number> {
  return isNode() ? dropPoisonedFiles(env, source) : dropPoisonedResponses(env, source);
}

async function dropPoisonedResponses(env: LibraryEnv, source: ModelSource): Promise<number> {
  const cache = await openCache(env);
  if (cache === null) return 0;
  const dropped = neededFiles(source.quantized).map(async (file) => {
    const key = fileUrl(env, source, file);
    const response = await cache.match(key);
    if (response === undefined || !(await isPoisoned(file, response))) return false;
    return cache.delete(key);
  });
  return (await Promise.all(dropped)).filter(Boolean).length;
}

async function isPoisoned(file: string, response: Response): Promise<boolean> {
  if (file.endsWith(".json")) return !isJson(await response.text());
  // The first chunk only: the weights are tens of megabytes.
  const reader = response.body?.getReader();
  const chunk = await reader?.read();
  await reader?.cancel();
  return chunk?.value?.[0] !== ONNX_FIRST_BYTE;
}

/** The same in Node, where the library keeps the files in `cacheDir`. */
async function dropPoisonedFiles(env: LibraryEnv, source: ModelSource): Promise<number> {
  // Not an import: a bundler for browsers must not see it. A model id may not lead out of the cache.
  const fs = process.getBuiltinModule?.("node:fs").promises;
  const dir = env.cacheDir;
  const folder = source.revision === MAIN ? source.model : `${source.model}/${source.revision}`;
  if (fs === undefined || !env.useFSCache || typeof dir !== "string" || folder.includes("..")) return 0;
  const dropped = neededFiles(source.quantized).map(async (file) => {
    const path = `${dir.replace(/\/$/, "")}/${folder}/${file}`;
    // Not there: nothing to heal.
    const bytes = await fs.readFile(path).catch(() => null);
    if (bytes === null) return false;
    const poisoned = file.endsWith(".json") ? !isJson(bytes.toString("utf8")) : bytes[0] !== ONNX_FIRST_BYTE;
    if (poisoned) await fs.rm(path);
    return poisoned;
  });
  return (await Promise.all(dropped)).filter(Boolean).length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Null where the browser has none or forbids it (sandboxed frames, some private windows): then nothing is cached. */
async function openCache(env: LibraryEnv): Promise<Cache | null> {
  if (env.useBrowserCache !== true || typeof caches === "undefined") return null;
  try {
    return await caches.open(CACHE_NAME);
  } catch {
    return null;
  }
}
