/** The options of a call, before anything is done with them: every method checks them here, and by their names alone. */
import { signalOf } from "../abort.ts";
import { InvalidInputError } from "../errors.ts";
import { isIdName } from "../scope.ts";
import { checkNames } from "./check-names.ts";
import { OPTION_NAMES, type Call } from "./option-names.ts";

/**
 * What a call does not know would have no effect, and nobody would be told. An id without a value is not absent: the
 * call would be about more than was meant.
 * @returns the signal among the options
 * @throws {InvalidInputError} that names the option
 */
export function checkCall(call: Call, options: unknown): AbortSignal | undefined {
  const given = options ?? {};
  if (typeof given !== "object" || Array.isArray(given)) {
    const example = "userId" in OPTION_NAMES[call] ? '{ userId: "alice" }' : "{ signal }";
    throw new InvalidInputError(`keepsake: options must be an object such as ${example}.`);
  }
  refuseOtherMeaning(call, given);
  checkNames(given, OPTION_NAMES[call], `${call} has no option`);
  for (const [name, value] of Object.entries(given)) {
    if (isIdName(name) && (value === undefined || value === null)) {
      throw new InvalidInputError(`keepsake: ${call}: ${name} is ${value}. Leave it out, or give an id.`);
    }
  }
  return signalOf(given);
}

/** Where a list of the known names would not tell what to do. */
function refuseOtherMeaning(call: Call, given: { page?: unknown }): void {
  if (call === "reset" && Object.keys(given).some((name) => name !== "signal")) {
    throw new InvalidInputError("keepsake: reset deletes everything; for one user: forget({ userId }).");
  }
  // What is added meanwhile would move them.
  if (call === "getAll" && given.page !== undefined) {
    throw new InvalidInputError(
      "keepsake: getAll has no pages by number. Pass the nextCursor of the page before as cursor.",
    );
  }
}
