/** A Chromium in a process group of its own: it is killed with all its renderers and workers. */
import { spawn } from "node:child_process";
import { chromium } from "playwright-core";

const ARGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--remote-debugging-port=0",
];

/**
 * @param {string} executable
 * @param {string} profile folder of the user's data; kept
 * @param {string[]} [args] beside the usual ones
 * @returns the connection to it, its process id, and how it is ended: by SIGKILL, so that no handler runs and nothing
 *   is flushed
 */
export async function launchChromium(executable, profile, args = []) {
  const child = spawn(executable, [...ARGS, ...args, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const killNow = () => {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL");
  };
  process.once("exit", killNow);
  const kill = async () => {
    killNow();
    await exited;
    process.off("exit", killNow);
  };
  try {
    const browser = await chromium.connectOverCDP(await debuggerUrl(child));
    return { browser, pid: child.pid, kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

function debuggerUrl(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk.toString();
      const url = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (url) resolve(url);
    });
    child.once("exit", () => reject(new Error(`Chromium ended before it could be used: ${said}`)));
  });
}
