/**
 * The names of what the methods take. Each table fails to compile when one is missing. False: another spelling of one of
 * ours, or without effect; taken, and not advertised.
 */
import { DEFAULTS } from "./memory-option-names.ts";
import type {
  AddOptions,
  CallOptions,
  ConsolidateOptions,
  EditOptions,
  ExportOptions,
  GetAllOptions,
  GraphOptions,
  LegacyOptions,
  ReadyOptions,
  ScopedOptions,
  SearchOptions,
  TopKAliases,
  UpdateEntry,
  UpdateFields,
  ViewOptions,
} from "../options.ts";

type Names<T> = Record<keyof T, boolean>;

const CALL: Names<CallOptions> = { signal: true };
const SCOPED: Names<ScopedOptions> = {
  userId: true,
  agentId: true,
  appId: true,
  runId: true,
  user_id: false,
  agent_id: false,
  app_id: false,
  run_id: false,
  filters: true,
  ...CALL,
};
const LEGACY: Names<LegacyOptions> = {
  version: false,
  outputFormat: false,
  output_format: false,
  asyncMode: false,
  async_mode: false,
};
const TOP_K: Names<TopKAliases> = { limit: false, top_k: false };
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
  ...TOP_K,
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
  ...TOP_K,
  ...VIEW,
  topK: true,
  pageSize: true,
  page_size: false,
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
const EDIT: Names<EditOptions> = { opId: true, ...CALL };
const READY: Names<ReadyOptions> = { model: true, ...CALL };
const UPDATE: Names<UpdateFields> = { text: true, metadata: true, expirationDate: true, immutable: true };
const UPDATE_ENTRY: Names<UpdateEntry> = { ...UPDATE, id: true };

/** All the methods that take options. */
export const OPTION_NAMES = {
  add: { ...inSnakeCase(ADD), ...ADD, enableGraph: false, enable_graph: false },
  search: SEARCH,
  getAll: GET_ALL,
  graph: GRAPH,
  consolidate: CONSOLIDATE,
  deleteAll: DELETE_ALL,
  forget: SCOPED,
  "forget of an id": CALL,
  export: EXPORT,
  update: EDIT,
  delete: EDIT,
  undo: EDIT,
  feedback: EDIT,
  ready: READY,
  get: CALL,
  history: CALL,
  entities: CALL,
  import: CALL,
  reset: CALL,
  pending: CALL,
  cancel: CALL,
  flush: CALL,
  info: CALL,
  watch: CALL,
} as const satisfies Record<string, Record<string, boolean>>;
export type Call = keyof typeof OPTION_NAMES;

export const UPDATE_NAMES = Object.keys(UPDATE);
export const UPDATE_ENTRY_NAMES = Object.keys(UPDATE_ENTRY);

function inSnakeCase(names: object): Record<string, false> {
  const toSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.keys(names).map((name) => [toSnake(name), false]));
}
