/** What the front door needs from its first call on and not before: the add flow, and how calls are read. */
export { OpQueue } from "./add/queue.ts";
export { readAdd } from "./add-request.ts";
export { readConsolidate } from "./consolidate-request.ts";
export { pick, toFields } from "./fields.ts";
export { toGraphRequest } from "./graph-options.ts";
export {
  toCursor,
  toExportRequest,
  toFeedback,
  toIds,
  toListRequest,
  toOpId,
  toScopeOnly,
  toUpdateRequest,
  toUpdateRequests,
} from "./requests.ts";
export { searchReranked } from "./rerank/rerank.ts";
export { readSearch } from "./search-request.ts";
export { toGivenId, toText } from "./validate.ts";
