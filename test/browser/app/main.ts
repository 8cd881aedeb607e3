/** A page like a user's: it imports the built package and hands it to the tests. */
import * as keepsake from "keepsake";
import * as testing from "keepsake/testing";
import workerUrl from "keepsake/worker?worker&url";

declare global {
  interface Window {
    keepsake: typeof keepsake;
    testing: typeof testing;
    /** Where the app's own worker file lies. */
    workerUrl: string;
    /** For a test to keep one in. */
    memory: keepsake.Memory;
  }
}

window.keepsake = keepsake;
window.testing = testing;
window.workerUrl = workerUrl;
document.body.textContent = "ready";
