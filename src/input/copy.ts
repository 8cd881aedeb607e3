/** What a caller handed in, as it is now: it may go on with its objects while they are read. */

/** Deeper than anything that is accepted; what lies below is left as it is, for the checks to refuse. */
const MAX_COPY_DEPTH = 70;

/**
 * A copy of lists and plain objects; everything else (strings, Blobs, whatever it should not be) as it is.
 * @param leaf what becomes of everything else
 * @param seen copies made so far: what contains itself must not be copied forever
 */
export function copyOf<T>(
  value: T,
  leaf: (value: unknown) => unknown = (value) => value,
  depth = 0,
  seen = new Map<unknown, unknown>(),
): T {
  if (seen.has(value)) return seen.get(value) as T;
  if (depth > MAX_COPY_DEPTH || (!Array.isArray(value) && !isPlainObject(value))) return leaf(value) as T;
  const copy: object = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  for (const [key, item] of Object.entries(value)) {
    // Defined, not assigned: a "__proto__" key stays a key.
    const field = { value: copyOf(item, leaf, depth + 1, seen), enumerable: true, writable: true, configurable: true };
    Object.defineProperty(copy, key, field);
  }
  return copy as T;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
