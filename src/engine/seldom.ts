/** What an engine is seldom asked for; a chunk of its own, so that the worker starts without it. */
export { exportAll } from "./export.ts";
export { forget } from "./forget.ts";
export { changesToEmbed, importPart } from "./import.ts";
export { textsToRestore, undo } from "./undo.ts";
