/** A linear scan in JavaScript, with real filters. It wants number[]; what it saves is plain data. */
import { create as createDatabase, insertMultiple, load, save, search } from "@orama/orama";

const schemaOf = (dims) => ({ bucket: "number", embedding: `vector[${dims}]` });

function adapter(database, dims) {
  return {
    async add(rows, first, buckets) {
      const documents = Array.from({ length: rows.length / dims }, (_, i) => ({
        id: String(first + i),
        bucket: buckets[first + i],
        embedding: Array.from(rows.subarray(i * dims, (i + 1) * dims)),
      }));
      await insertMultiple(database, documents, documents.length);
    },
    async search(query, topK, filter) {
      const { hits } = await search(database, {
        mode: "vector",
        vector: { value: Array.from(query), property: "embedding" },
        // The default cuts off at 0.8.
        similarity: -1,
        limit: topK,
        ...(filter && { where: { bucket: { lt: filter.percent } } }),
      });
      return hits.map(({ id }) => Number(id));
    },
    save: () => [save(database)],
  };
}

export const create = ({ dims }) => adapter(createDatabase({ schema: schemaOf(dims) }), dims);

export function open([saved], { dims }) {
  const database = createDatabase({ schema: schemaOf(dims) });
  load(database, saved);
  return adapter(database, dims);
}
