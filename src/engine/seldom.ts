/** What an engine is seldom asked for; a chunk of its own, so that the worker starts without it. */
export { recordsAsOf, searchAsOf } from "./as-of.ts";
export { exportAll } from "./export.ts";
export { forget } from "./forget.ts";
export { readEntityOverlap, readGraphView, readRelationsAround } from "./graph-view.ts";
export { changesToEmbed, importPart } from "./import.ts";
export { textsToRestore, undo } from "./undo.ts";
