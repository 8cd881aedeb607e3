/** The libraries to compare with: in a package of their own, installed on first use. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const modules = join(folder, "node_modules");
/** Written when an install is complete: the hash of the package-lock.json that it was of. */
const stamp = join(modules, ".keepsake-bench");

/** No install script runs, but that of better-sqlite3, which mem0 cannot do without: it compiles for a minute or two. */
export function installPeers() {
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error(
    "Installing the peers into test/bench/node_modules (once; better-sqlite3 may compile for two minutes) …",
  );
  const isComplete = npm("ci", "--ignore-scripts", "--no-audit", "--no-fund") && npm("rebuild", "better-sqlite3");
  if (isComplete) writeFileSync(stamp, wanted);
}

/** What fails here is a line in the tables later: whoever is offline can still measure the library itself. */
function npm(...args) {
  const { status } = spawnSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (status === 0) return true;
  console.error(`npm ${args.join(" ")} failed in test/bench: what needs it is reported as missing.`);
  return false;
}

/** Version of each, null where it is not installed. */
export function peerVersions() {
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.fromEntries(Object.keys(dependencies).map((name) => [name, versionOf(join(modules, name))]));
}

function versionOf(place) {
  const manifest = join(place, "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : null;
}
