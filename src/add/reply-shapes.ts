/**
 * Reads own properties of parsed JSON whose keys a model may have spelled or nested its own way. A key such as
 * `__proto__` is a key like any other here: nothing is copied or merged, only read.
 */

type Fields = Record<string, unknown>;

/** How deep an answer may be wrapped: `{"result": {"data": {"facts": []}}}`. */
const MAX_WRAPPING = 3;

/** The own property of the first name that is there, ignoring case; undefined where there is none or no object. */
export function own(value: unknown, names: string[]): unknown {
  if (!isFields(value)) return undefined;
  for (const name of names) {
    const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (key !== undefined && value[key] !== null) return value[key];
  }
  return undefined;
}

/**
 * The list in a reply: the value itself, or what it holds under one of `names`, also below other keys. A single
 * object in its place counts as a list of one. Null where there is none, or more than one place to choose from.
 * `lenient` names are tried after, and only for lists that are not empty: under a name that was not asked for, an
 * empty list may mean anything.
 */
export function listUnder(value: unknown, names: string[], lenient: string[]): unknown[] | null {
  // Items that are answers themselves are no items: their other keys would pass for one.
  if (Array.isArray(value)) return value.some((item) => own(item, names) !== undefined) ? null : (value as unknown[]);
  const lists = findLists(value, names, MAX_WRAPPING);
  if (lists.length > 0) return lists.length === 1 ? (lists[0] ?? null) : null;
  const list = own(value, lenient);
  return Array.isArray(list) && list.length > 0 ? (list as unknown[]) : null;
}

function findLists(value: unknown, names: string[], depth: number): unknown[][] {
  if (!isFields(value) || depth === 0) return [];
  const here = own(value, names);
  if (Array.isArray(here)) return [here as unknown[]];
  if (isFields(here) && Object.values(here).some((inner) => typeof inner === "string")) return [[here]];
  return Object.keys(value).flatMap((key) => findLists(value[key], names, depth - 1));
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
