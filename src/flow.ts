/** What `add` needs and the front door does not: most of the library's code, a chunk that loads beside the worker. */
export { OpQueue } from "./add/queue.ts";
export { toAddRequest } from "./add-request.ts";
