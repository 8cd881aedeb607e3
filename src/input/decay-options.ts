/** `decay`, of the instance or of a search, checked. */
import { checkNames } from "./check-names.ts";
import { InvalidInputError } from "../errors.ts";
import type { DecayOptions } from "../options.ts";

/** After a month without use a memory counts as used half as much. */
const HALF_LIFE_DAYS = 30;

/** Fails to compile when an option is missing here. */
const NAMES: Record<keyof DecayOptions, true> = { halfLifeDays: true };

/** @returns null where it is off. @throws {InvalidInputError} */
export function toHalfLifeDays(decay: unknown): number | null {
  if (decay === undefined || decay === false) return null;
  if (decay === true) return HALF_LIFE_DAYS;
  if (typeof decay === "object" && decay !== null && !Array.isArray(decay)) {
    checkNames(decay, Object.keys(NAMES), "decay has no option");
    const { halfLifeDays = HALF_LIFE_DAYS } = decay as DecayOptions;
    if (Number.isFinite(halfLifeDays) && halfLifeDays > 0) return halfLifeDays;
  }
  throw new InvalidInputError("keepsake: decay must be true, false or { halfLifeDays }, a number of days above 0.");
}
