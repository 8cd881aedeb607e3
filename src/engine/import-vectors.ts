/** Vectors of what an import brings. */
import type { ImportChange } from "../portable/format.ts";
import type { Embedding } from "./embedding.ts";
import type { VectorSets } from "./spaces.ts";

/** Those that came with the file are taken where they are of the space that answers. */
export async function vectorsOfImport(embedding: Embedding, changes: readonly ImportChange[]): Promise<VectorSets> {
  const { space, dims } = embedding.info();
  const given = new Map<string, Float32Array>();
  for (const { after, vectors } of changes) {
    const vector = vectors?.[space];
    if (vector?.length === dims) given.set(after.memory, vector);
  }
  const texts = changes.map(({ after }) => after.memory).filter((text) => !given.has(text));
  // What cannot be embedded now is found by its words, and embedded later.
  const sets = new Map(await embedding.vectorSets(texts).catch(() => []));
  if (given.size > 0) sets.set(space, new Map([...(sets.get(space) ?? []), ...given]));
  return sets;
}
