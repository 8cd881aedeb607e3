import { afterAll, describe, expect, it } from "vitest";
import { hashingEmbedder } from "../../../src/embed/hashing.ts";
import { embedderSuite } from "../../../src/testing/embedder-suite.ts";
import { dot } from "./similarity.ts";

embedderSuite("the hashing embedder", async () => hashingEmbedder(), { describe, it, afterAll });

async function similarity(a: string, b: string): Promise<number> {
  const [x, y] = await hashingEmbedder().embed([a, b]);
  return dot(x, y);
}

describe("the hashing embedder", () => {
  it("says that it is lexical and names its space and dimensions", () => {
    expect(hashingEmbedder()).toMatchObject({ kind: "lexical", space: "hashing-v3-384", dims: 384 });
  });

  it("is the same on every device: a known text has a known vector", async () => {
    const [vector] = await hashingEmbedder().embed(["green tea"]);
    const largest = [...(vector ?? [])]
      .map((value, axis) => ({ axis, value }))
      .filter(({ value }) => Math.abs(value) > 0.5)
      .map(({ axis, value }) => [axis, Math.sign(value)]);
    expect(largest).toMatchInlineSnapshot(`
      [
        [
          49,
          -1,
        ],
        [
          325,
          -1,
        ],
      ]
    `);
  });

  it("takes the same statement in other clothes for the same", async () => {
    expect(await similarity("loves green tea", "The user loves green tea.")).toBeGreaterThan(0.99);
    expect(await similarity("User lives in Berlin", "The user is living in Berlin")).toBeGreaterThan(0.95);
    expect(await similarity("I live in Zürich", "I live in ZURICH!")).toBeGreaterThan(0.99);
  });

  it("does not take the user as something two statements share", async () => {
    expect(Math.abs(await similarity("User works as a nurse", "User has a cat"))).toBeLessThan(0.15);
    expect(Math.abs(await similarity("The user speaks French", "The user is allergic to nuts"))).toBeLessThan(0.15);
  });

  it("tells a statement from its negation", async () => {
    expect(await similarity("User is vegetarian", "User is not vegetarian")).toBeLessThan(0.9);
    expect(await similarity("She eats meat", "She doesn't eat meat")).toBeLessThan(0.9);
    expect(await similarity("She doesn't eat meat", "She does not eat meat")).toBeGreaterThan(0.99);
  });

  it("ranks a shared word above none, and knows no meaning", async () => {
    expect(await similarity("User lives in Berlin", "User lives in Hamburg now")).toBeGreaterThan(0.3);
    expect(await similarity("User lives in Berlin", "User moved to Hamburg")).toBeLessThan(0.15);
  });

  it("finds some of a word that is misspelled", async () => {
    const typo = await similarity("bouldering", "bouldring");
    expect(typo).toBeGreaterThan(await similarity("bouldering", "accounting"));
    expect(typo).toBeLessThan(0.9);
  });

  it("tells one emoji from another", async () => {
    expect(await similarity("🎉", "🐶")).toBeLessThan(0.9);
    expect(await similarity("🎉", "🎉 ")).toBeGreaterThan(0.99);
  });
});
