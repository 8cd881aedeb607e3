/** Decay: what was not of use for long counts less, what is used again and again more. mem0's range, .3 to 1.5. */

const DAY_MS = 86_400_000;
const LOWEST = 0.3;
const HIGHEST = 1.5;
/** Chosen so that one touch just now is a factor of exactly 1. */
const HALF = (HIGHEST - 1) / (1 - LOWEST);

/**
 * @param touches when it was made or changed, and used, in ms; later than `now` counts as now
 * @param halfLifeDays after so many days a touch counts half
 * @returns in [.3, 1.5): 1 for one touch now, rises with every touch, falls with time
 */
export function decayFactor(touches: readonly number[], now: number, halfLifeDays: number): number {
  const life = touches.reduce((sum, at) => sum + 0.5 ** (Math.max(0, now - at) / DAY_MS / halfLifeDays), 0);
  return LOWEST + ((HIGHEST - LOWEST) * life) / (life + HALF);
}
