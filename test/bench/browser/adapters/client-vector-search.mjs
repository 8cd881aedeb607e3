/** A linear scan in JavaScript over objects with number[]; filters by equality. */
import { EmbeddingIndex } from "client-vector-search";
import { PERCENTS } from "../../data/vectors-shape.mjs";

/** `{ below50: true, … }`: equality is all that its filter knows. */
const groupsOf = (bucket) => Object.fromEntries(PERCENTS.map((percent) => [`below${percent}`, bucket < percent]));

function adapter(index, dims, kept) {
  return {
    add(rows, first, buckets) {
      for (let i = 0; i * dims < rows.length; i++) {
        const embedding = Array.from(rows.subarray(i * dims, (i + 1) * dims));
        const object = { id: first + i, ...groupsOf(buckets[first + i]), embedding };
        index.add(object);
        kept.push(object);
      }
    },
    async search(query, topK, filter) {
      const wanted = filter && { [`below${filter.percent}`]: true };
      const hits = await index.search(Array.from(query), { topK, ...(wanted && { filter: wanted }) });
      return hits.map(({ object }) => object.id);
    },
    // As its own `saveIndex("indexedDB")` does: a row per object.
    save: () => kept,
  };
}

export const create = ({ dims }) => adapter(new EmbeddingIndex(), dims, []);

export const open = (objects, { dims }) => adapter(new EmbeddingIndex(objects), dims, objects);
