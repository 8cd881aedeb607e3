/** What the front door needs from its first call on and not before: the add flow, and how calls are read. */
export { OpQueue } from "./add/queue.ts";
export { readAdd } from "./input/add-request.ts";
export { readConsolidate } from "./input/consolidate-request.ts";
export { pick, toFields } from "./input/fields.ts";
export { toGraphRequest } from "./input/graph-options.ts";
export {
  toCursor,
  toExportRequest,
  toFeedback,
  toIds,
  toListRequest,
  toOpId,
  toUpdateRequest,
  toUpdateRequests,
} from "./input/requests.ts";
export { searchReranked } from "./rerank/rerank.ts";
export { readSearch } from "./input/search-request.ts";
export { toGivenId, toScope, toText } from "./input/validate.ts";
