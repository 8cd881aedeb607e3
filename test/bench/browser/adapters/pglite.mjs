/** Postgres in wasm with pgvector's HNSW, in memory as the others. Behind a filter it scans on until it has enough rows. */
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";

const EF_SEARCH = 64;

function adapter(db, dims) {
  const text = (numbers) => `[${numbers.join(",")}]`;
  return {
    async add(rows, first, buckets) {
      const tuples = Array.from(
        { length: rows.length / dims },
        (_, i) => `(${first + i},${buckets[first + i]},'${text(rows.subarray(i * dims, (i + 1) * dims))}')`,
      );
      await db.exec(`INSERT INTO items VALUES ${tuples.join(",")}`);
    },
    async search(query, topK, filter) {
      const where = filter === undefined ? "" : `WHERE bucket < ${filter.percent}`;
      const { rows } = await db.query(`SELECT id FROM items ${where} ORDER BY embedding <=> $1 LIMIT ${topK}`, [
        text(query),
      ]);
      return rows.map(({ id }) => id);
    },
    // A file tree as one tar, not compressed: opens sooner.
    save: async () => [await db.dumpDataDir("none")],
    close: () => db.close(),
  };
}

async function start(loadDataDir) {
  const db = await PGlite.create({ extensions: { vector }, ...(loadDataDir && { loadDataDir }) });
  await db.exec("CREATE EXTENSION IF NOT EXISTS vector");
  await db.exec(`SET hnsw.ef_search = ${EF_SEARCH}; SET hnsw.iterative_scan = strict_order`);
  return db;
}

export async function create({ dims }) {
  const db = await start();
  await db.exec(`
    CREATE TABLE items (id integer PRIMARY KEY, bucket smallint NOT NULL, embedding vector(${dims}) NOT NULL);
    CREATE INDEX ON items (bucket);
    CREATE INDEX ON items USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 200)`);
  return adapter(db, dims);
}

export const open = async ([saved], { dims }) => adapter(await start(saved), dims);
