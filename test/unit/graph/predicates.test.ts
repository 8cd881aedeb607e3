import { describe, expect, it } from "vitest";
import { isSingle, readPredicate, typesOf } from "../../../src/graph/predicates.ts";

describe("readPredicate", () => {
  it.each([
    ["Works At", "works_at"],
    ["worksAt", "works_at"],
    ["is employed by", "works_at"],
    ["resides in", "lives_in"],
    ["moved_to", "lives_in"],
    ["loves", "likes"],
    ["can't stand", "dislikes"],
    ["is a fan of", "a_fan_of"],
    ["is allergic to", "allergic_to"],
    ["sister", "has_sister"],
    ["has_mom", "has_mother"],
    ["wife", "married_to"],
    ["favourite_color", "favorite_color"],
    ["has favorite band", "favorite_band"],
    ["climbed", "climbed"],
  ])("reads %j as %s", (written, opens) => {
    expect(readPredicate(written)).toEqual({ opens, ends: [], inverse: false });
  });

  it("turns round what is stated the other way", () => {
    expect(readPredicate("is the sister of")).toMatchObject({ inverse: false });
    expect(readPredicate("sister_of")).toEqual({ opens: "has_sister", ends: [], inverse: true });
    expect(readPredicate("employs")).toEqual({ opens: "works_at", ends: [], inverse: true });
  });

  it("knows what is over and what is denied", () => {
    expect(readPredicate("no_longer_works_at")).toMatchObject({ opens: null, ends: ["works_at"] });
    expect(readPredicate("stopped working for")).toMatchObject({ opens: null, ends: ["works_at"] });
    expect(readPredicate("used to love")).toMatchObject({ opens: null, ends: ["likes"] });
    expect(readPredicate("left")).toMatchObject({
      opens: null,
      ends: expect.arrayContaining(["works_at", "lives_in"]),
    });
    expect(readPredicate("doesn't like")).toMatchObject({ opens: "dislikes", ends: ["likes"] });
    expect(readPredicate("not_eats")).toMatchObject({ opens: "avoids", ends: ["eats"] });
    expect(readPredicate("does not hate")).toMatchObject({ opens: null, ends: ["dislikes"] });
    expect(readPredicate("is not married to")).toMatchObject({ opens: null, ends: ["married_to"] });
  });

  it("has nothing to say about what is no predicate", () => {
    expect(readPredicate("")).toBeNull();
    expect(readPredicate("→ !")).toBeNull();
    expect(readPredicate("x".repeat(61))).toBeNull();
  });
});

it("knows what holds one value at a time", () => {
  expect(["works_at", "lives_in", "married_to", "named", "born_in", "age", "favorite_color"].every(isSingle)).toBe(
    true,
  );
  expect(["likes", "owns", "speaks", "knows", "visited", "has_sister", "climbed"].some(isSingle)).toBe(false);
});

it("knows what a predicate points to", () => {
  expect(typesOf("lives_in")).toEqual({ target: "place" });
  expect(typesOf("works_at")).toEqual({ source: "person", target: "organization" });
  expect(typesOf("has_sister")).toEqual({ target: "person" });
  expect(typesOf("has_dog")).toEqual({ target: "thing" });
  expect(typesOf("climbed")).toEqual({});
});
