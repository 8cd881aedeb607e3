/** What only `add` needs before its op is accepted; loaded with the first one. */
export { toOpOptions } from "./add-options.ts";
export { checkAdd } from "./check-add.ts";
export { toMessages } from "./validate-messages.ts";
