/** What `add` needs and the front door does not: most of the library's code, a chunk that loads beside the worker. */
export { OpQueue } from "./add/queue.ts";
export { toOpOptions } from "./add-options.ts";
export { checkAdd } from "./check-add.ts";
export { toMessages } from "./validate-messages.ts";
