import { describe, expect, it } from "vitest";
import { HNSW_FROM, planVectorSearch } from "../../../src/vector/plan.ts";

const plan = (rows: number, allowed: number | null, change: { indexed?: number; topK?: number } = {}): string =>
  planVectorSearch({ rows, indexed: rows, topK: 10, hnswFrom: HNSW_FROM, allowed, ...change });

describe("planVectorSearch", () => {
  it("picks the faster way of every measured cell", () => {
    expect([1_000, 10_000, 49_999].map((rows) => plan(rows, null))).toEqual(["exact", "exact", "exact"]);
    expect([50_000, 100_000].map((rows) => plan(rows, null))).toEqual(["hnsw", "hnsw"]);
    expect([500, 5_000, 25_000].map((allowed) => plan(50_000, allowed))).toEqual(["exact", "exact", "hnsw"]);
    expect([1_000, 10_000, 50_000].map((allowed) => plan(100_000, allowed))).toEqual(["exact", "exact", "hnsw"]);
  });

  it("scans while there is no graph, and where nothing is allowed", () => {
    expect(plan(60_000, null, { indexed: 0 })).toBe("exact");
    expect(plan(60_000, 0)).toBe("exact");
  });

  it("scans where too many rows are not in the graph yet: there each costs more than in a scan of all", () => {
    expect(plan(60_000, null, { indexed: 10_000 })).toBe("exact");
    expect(plan(60_000, null, { indexed: 40_000 })).toBe("exact");
    expect(plan(60_000, null, { indexed: 50_000 })).toBe("hnsw");
  });

  it("scans where nearly everything is asked for", () => {
    expect(plan(60_000, null, { topK: 5_000 })).toBe("exact");
    expect(plan(60_000, null, { topK: 100 })).toBe("hnsw");
  });

  it("follows a lower threshold in every respect", () => {
    const small = { rows: 100, indexed: 100, topK: 10, hnswFrom: 50 };
    expect(planVectorSearch({ ...small, allowed: null })).toBe("hnsw");
    expect(planVectorSearch({ ...small, allowed: 10 })).toBe("exact");
    expect(planVectorSearch({ ...small, allowed: 60 })).toBe("hnsw");
  });
});
