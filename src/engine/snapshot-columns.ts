/** Columns of numbers and strings as the named parts of a snapshot: the name says how a part is to be read. */

/** A number, a list of anything JSON has, a typed array, or columns again. */
export type Column = number | readonly unknown[] | Uint32Array | Float64Array | Columns;
export type Columns = { readonly [name: string]: Column };

type Parts = Record<string, Uint8Array>;

const SEPARATOR = "/";
const READERS: Record<string, (bytes: Uint8Array) => Column> = {
  // Copies: parts lie at multiples of four, if at all.
  u32: (bytes) => new Uint32Array(bytes.slice().buffer),
  f64: (bytes) => new Float64Array(bytes.slice().buffer),
  json: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Column,
};

/** One at a time, for the caller to rest in between. */
export function* columnsToParts(columns: Columns, prefix = ""): Generator<[name: string, part: Uint8Array]> {
  for (const [name, column] of Object.entries(columns)) {
    const path = prefix + name;
    if (column instanceof Uint32Array) yield [`${path}.u32`, bytesOf(column)];
    else if (column instanceof Float64Array) yield [`${path}.f64`, bytesOf(column)];
    else if (typeof column === "number" || isList(column)) yield [`${path}.json`, jsonOf(column)];
    else yield* columnsToParts(column, path + SEPARATOR);
  }
}

/** The inverse; parts of other kinds are left out. */
export function partsToColumns(parts: Parts): Columns {
  const columns: Record<string, Column> = {};
  for (const [name, bytes] of Object.entries(parts)) {
    const [path = "", kind = ""] = name.split(".");
    const read = READERS[kind];
    if (read) place(columns, path.split(SEPARATOR), read(bytes));
  }
  return columns;
}

function place(columns: Record<string, Column>, [name = "", ...rest]: string[], column: Column): void {
  if (rest.length === 0) columns[name] = column;
  else place((columns[name] ??= {}) as Record<string, Column>, rest, column);
}

function isList(column: Column): column is readonly unknown[] {
  return Array.isArray(column);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function jsonOf(column: number | readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(column));
}
