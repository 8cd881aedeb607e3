#!/usr/bin/env node
/**
 * npx keepsake-assets <dir>
 *
 * Copies the ONNX runtime files of the installed transformers package into <dir>, so that the app serves
 * them itself and nothing comes from a CDN. <dir> is what `wasmPaths` points at, such as public/ort.
 */
import { copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";

const USAGE = "Usage: npx keepsake-assets <dir>    for example: npx keepsake-assets public/ort\n";

/** Where each package has its runtime. The first pattern that matches a file is the one its build asks for. */
const PACKAGES = [
  {
    name: "@xenova/transformers",
    folder: () => join(packageRoot("@xenova/transformers", appRequire), "dist"),
    patterns: [/^ort-wasm.*\.wasm$/],
  },
  {
    name: "@huggingface/transformers",
    folder: () => {
      const root = packageRoot("@huggingface/transformers", appRequire);
      // Its own dependency, which a package manager may have nested or not.
      return join(packageRoot("onnxruntime-web", createRequire(join(root, "package.json"))), "dist");
    },
    // Version 4 asks for asyncify, 3 for jsep; onnxruntime-web may bring both, at 27 MB each.
    patterns: [/^ort-wasm-simd-threaded\.asyncify\.(mjs|wasm)$/, /^ort-wasm-simd-threaded\.jsep\.(mjs|wasm)$/],
  },
];

const appRequire = createRequire(join(process.cwd(), "package.json"));

/** Folder of an installed package, whatever its `exports` hide. */
function packageRoot(name, require) {
  const entry = require.resolve(name);
  const marker = join("node_modules", ...name.split("/"));
  const at = entry.lastIndexOf(marker);
  if (at >= 0) return entry.slice(0, at + marker.length);
  // A linked package: up to the folder below the one that is called like it.
  let folder = dirname(entry);
  while (!isRootOf(folder, name) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function isRootOf(folder, name) {
  try {
    return createRequire(join(folder, "x.js"))("./package.json").name === name;
  } catch {
    return false;
  }
}

/** The runtime files of a package; null where it is not installed. */
async function findFiles({ folder, patterns }) {
  let dir;
  try {
    dir = folder();
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
  const names = await readdir(dir);
  const pattern = patterns.find((candidate) => names.some((name) => candidate.test(name)));
  return names.filter((name) => pattern?.test(name)).map((name) => join(dir, name));
}

async function copy(file, target) {
  const to = join(target, basename(file));
  await copyFile(file, to);
  const { size } = await stat(to);
  process.stdout.write(`${to}  ${size} bytes\n`);
  return size;
}

function fail(message) {
  process.stderr.write(message);
  process.exitCode = 1;
}

async function main([dir, ...rest]) {
  if (dir === undefined || dir.startsWith("-") || rest.length > 0) return fail(USAGE);
  const target = resolve(dir);
  let installed = 0;
  let total = 0;
  for (const entry of PACKAGES) {
    const files = await findFiles(entry);
    if (files === null) continue;
    installed++;
    if (files.length === 0) return fail(`${entry.name} is installed but has no ONNX runtime files. Reinstall it.\n`);
    await mkdir(target, { recursive: true });
    process.stdout.write(`${entry.name}:\n`);
    for (const file of files) total += await copy(file, target);
  }
  if (installed === 0) {
    return fail(
      `Neither @xenova/transformers nor @huggingface/transformers is installed in ${process.cwd()}.\n` +
        "Install one (npm install @xenova/transformers) and run this again from the folder of your app's package.json.\n",
    );
  }
  process.stdout.write(`${total} bytes in all. Point \`wasmPaths\` at the URL where ${target} is served.\n`);
}

await main(process.argv.slice(2));
