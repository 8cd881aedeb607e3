/** A page like a user's, for benchmarks that need a browser. */
import * as keepsake from "keepsake";

window.keepsake = keepsake;
document.body.textContent = "ready";
