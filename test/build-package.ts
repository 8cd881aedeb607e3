/** Builds `dist` once per run, for the tests that use the package as it is shipped. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
let built: Promise<void> | undefined;

/** As `npm run build` does, without the types. Several projects may ask for it. */
export function buildPackage(): Promise<void> {
  built ??= Promise.resolve().then(() => {
    // A process of its own: inside vitest the config is the tests'.
    const env = { ...process.env, VITEST: "", NODE_ENV: "production" };
    execFileSync(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error"], {
      cwd: root,
      stdio: "inherit",
      env,
    });
  });
  return built;
}
