/**
 * CPU time of Chromium: what all threads of all its processes spent on a core, from Linux's scheduler
 * (/proc/<pid>/task/<tid>/schedstat, in ns). So helper threads count as well: garbage collection, wasm compilation,
 * IndexedDB in the browser process. Elsewhere than on Linux there is none, and cells stay empty.
 */
import { readdirSync, readFileSync } from "node:fs";

/** Live threads by their id, with what they had used when last seen: one that ends keeps what it used. */
const seen = new Map();

/** @param {number} root process id of the browser @returns {number | null} ms since it was started */
export function cpuMs(root) {
  if (process.platform !== "linux") return null;
  for (const pid of processTree(root)) {
    for (const task of list(`/proc/${pid}/task`)) {
      const used = read(`/proc/${pid}/task/${task}/schedstat`)?.split(" ")[0];
      if (used !== undefined) seen.set(`${pid}/${task}`, Number(used) / 1e6);
    }
  }
  return [...seen.values()].reduce((sum, ms) => sum + ms, 0);
}

/** Anonymous memory of all renderers, in MiB: JS heaps, wasm memories and array buffers are in it, files are not. */
export function rendererMiB(root) {
  if (process.platform !== "linux") return null;
  const renderers = processTree(root).filter((pid) => read(`/proc/${pid}/cmdline`)?.includes("--type=renderer"));
  const sizes = renderers.map((pid) =>
    Number(/^RssAnon:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1] ?? 0),
  );
  return sizes.reduce((sum, kB) => sum + kB, 0) / 1024;
}

function processTree(root) {
  const children = new Map();
  for (const pid of list("/proc").filter((name) => /^\d+$/.test(name))) {
    // "pid (name) state ppid …": the name may hold anything, brackets too.
    const parent = read(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ")[1];
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [String(root)];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** A process may end between being listed and being read. */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function list(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
