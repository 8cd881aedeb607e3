/** An option that is true or false, checked. */
import { InvalidInputError } from "./errors.ts";

/**
 * @param name how the error names it
 * @throws {InvalidInputError} for anything else; undefined is false
 */
export function toFlag(value: unknown, name: string): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw new InvalidInputError(`keepsake: ${name} must be true or false.`);
}
