/** Starts the demo: first the page, then the memory behind it. */
import { render } from "preact";
import { followOps, loadEarlier } from "./adds.ts";
import { App } from "./app.tsx";
import { followMemories } from "./search.ts";
import { followPage, open, report } from "./session.ts";
import { users } from "./settings.ts";

const root = document.getElementById("app");
if (!root) throw new Error("The page has no #app.");
render(<App />, root);
followPage();
followOps();
followMemories();
open()
  .then(() => loadEarlier(users.value.current))
  .catch(report);
