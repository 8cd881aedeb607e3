/** The names of what the methods take. Each table fails to compile when one is missing. */
import { DEFAULTS } from "./memory-option-names.ts";
import type {
  AddOptions,
  ConsolidateOptions,
  EditOptions,
  ExportOptions,
  GetAllOptions,
  GraphOptions,
  LegacyOptions,
  ScopedOptions,
  SearchOptions,
  UpdateEntry,
  UpdateFields,
  ViewOptions,
} from "../options.ts";

type Names<T> = Record<keyof T, true>;

const SCOPED: Names<ScopedOptions> = {
  userId: true,
  agentId: true,
  appId: true,
  runId: true,
  user_id: true,
  agent_id: true,
  app_id: true,
  run_id: true,
  filters: true,
  signal: true,
};
const LEGACY: Names<LegacyOptions> = {
  version: true,
  outputFormat: true,
  output_format: true,
  asyncMode: true,
  async_mode: true,
  limit: true,
  top_k: true,
};
const VIEW: Names<ViewOptions> = { showExpired: true, at: true };
const ADD: Names<AddOptions> = {
  ...SCOPED,
  ...LEGACY,
  ...DEFAULTS,
  wait: true,
  dryRun: true,
  trace: true,
  opId: true,
};
const SEARCH: Names<SearchOptions> = {
  ...SCOPED,
  ...LEGACY,
  ...VIEW,
  topK: true,
  threshold: true,
  explain: true,
  graph: true,
  rerank: true,
  criteria: true,
  include: true,
  contextMessages: true,
  referenceDate: true,
  decay: true,
  fields: true,
};
const GET_ALL: Names<GetAllOptions> = {
  ...SCOPED,
  ...LEGACY,
  ...VIEW,
  topK: true,
  pageSize: true,
  page_size: true,
  cursor: true,
  fields: true,
};
const GRAPH: Names<GraphOptions> = { ...SCOPED, entity: true, depth: true, at: true };
const CONSOLIDATE: Names<ConsolidateOptions> = {
  ...SCOPED,
  maxDestructive: true,
  summarize: true,
  dryRun: true,
  trace: true,
  opId: true,
};
const DELETE_ALL: Names<ScopedOptions & EditOptions> = { ...SCOPED, opId: true };
const EXPORT: Names<ExportOptions> = { ...SCOPED, all: true, vectors: true };
const EDIT: Names<EditOptions> = { opId: true, signal: true };
const UPDATE: Names<UpdateFields> = { text: true, metadata: true, expirationDate: true, immutable: true };
const UPDATE_ENTRY: Names<UpdateEntry> = { ...UPDATE, id: true };

/** mem0's older name of `graph`. */
const OLD_NAMES = ["enableGraph", "enable_graph"];

export const OPTION_NAMES = {
  add: [...OLD_NAMES, ...Object.keys(ADD).flatMap((name) => [name, snakeCase(name)])],
  search: Object.keys(SEARCH),
  getAll: Object.keys(GET_ALL),
  graph: Object.keys(GRAPH),
  consolidate: Object.keys(CONSOLIDATE),
  deleteAll: Object.keys(DELETE_ALL),
  forget: Object.keys(SCOPED),
  export: Object.keys(EXPORT),
} as const;

/** The methods that work on scopes. */
export type ScopedCall = keyof typeof OPTION_NAMES;

/** The options of what changes memories. */
export const EDIT_NAMES = {
  update: Object.keys(EDIT),
  delete: Object.keys(EDIT),
  deleteAll: OPTION_NAMES.deleteAll,
  undo: Object.keys(EDIT),
  feedback: Object.keys(EDIT),
} as const;
export type EditCall = keyof typeof EDIT_NAMES;

export const UPDATE_NAMES = Object.keys(UPDATE);
export const UPDATE_ENTRY_NAMES = Object.keys(UPDATE_ENTRY);

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
