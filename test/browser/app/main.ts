/** A page like a user's: it imports the built package and hands it to the tests. */
import * as keepsake from "keepsake";
import * as engine from "keepsake/engine";
import * as testing from "keepsake/testing";
import workerUrl from "keepsake/worker?worker&url";
// The page's end of the worker protocol, which the package keeps to itself: here it meets the built worker.
import { openWorkerEngine } from "../../../src/worker/client.ts";

declare global {
  interface Window {
    keepsake: typeof keepsake;
    engine: typeof engine;
    testing: typeof testing;
    openWorkerEngine: typeof openWorkerEngine;
    /** Where the app's own worker file lies. */
    workerUrl: string;
    /** For a test to keep one in. */
    memory: keepsake.Memory;
  }
}

window.keepsake = keepsake;
window.engine = engine;
window.testing = testing;
window.openWorkerEngine = openWorkerEngine;
window.workerUrl = workerUrl;
document.body.textContent = "ready";
