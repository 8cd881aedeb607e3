/**
 * `npm test`: the whole truth. Types, lint, happy-dom, properties, packaging, and a real Chromium, which it
 * finds by itself, installs where it may, and misses loudly.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium, installChromium } from "./chromium.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const report = join(root, ".cache/vitest.json");

const chromium = findChromium() ?? installChromium();
const projects = ["unit", "property", "packaging", ...(chromium ? ["browser"] : [])];
const steps = [
  { name: "types", run: () => tool("typescript/bin/tsc") },
  { name: "lint", run: () => tool("oxlint/bin/oxlint", "--deny-warnings") },
  { name: "format", run: () => tool("oxfmt/bin/oxfmt", "--check", ".") },
  { name: `tests (${projects.join(", ")})`, run: runTests },
];

const failed = steps.filter(({ name, run }) => {
  const started = Date.now();
  console.log(`\n── ${name}`);
  const ok = run();
  console.log(`── ${name}: ${ok ? "ok" : "FAILED"} (${Math.round((Date.now() - started) / 1000)} s)`);
  return !ok;
});

if (!chromium) {
  const line = "!".repeat(78);
  console.log(`\n${line}\nSKIPPED: the browser tests. There is no Chromium here and none could be installed.`);
  console.log(`Install one, or set CHROME_PATH, and run npm test again.\n${line}`);
}
const { passed, failed: red, skipped } = counts();
if (passed + red === 0) console.log("\nNO TEST RAN: see the error above.");
console.log(
  `\n${passed} passed, ${red + failed.filter(({ name }) => !name.startsWith("tests")).length} failed, ${skipped} skipped`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function runTests() {
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(report, { force: true });
  const chosen = projects.flatMap((project) => ["--project", project]);
  return tool(
    "vitest/vitest.mjs",
    "run",
    ...chosen,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  );
}

/** Runs a package's own script with this Node: npx and shells differ between systems. */
function tool(script, ...args) {
  const env = { ...process.env, ...(chromium && { CHROME_PATH: chromium }) };
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: root,
    stdio: "inherit",
    env,
  });
  return status === 0;
}

function counts() {
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
}
