import { describe, expect, it } from "vitest";
import { readKinPhrase } from "../../../src/graph/kin.ts";
import { displayName, isSelf, mentions, normalizeName } from "../../../src/graph/names.ts";

describe("normalizeName", () => {
  it.each([
    ["Acme", "acme"],
    ["  The  ACME,  Inc. ", "acme"],
    ["Acme’s", "acme"],
    ["ｅｘａｍｐｌｅ", "example"],
    ["a guitar", "guitar"],
    ['"Dune"', "dune"],
    ["new_york", "new york"],
    ["my sister", "user's sister"],
    ["the user's sister", "user's sister"],
    ["C++", "c++"],
    ["C#", "c#"],
    ["Zürich", "zürich"],
    ["東京", "東京"],
    ["!!", ""],
  ])("%j is %j", (name, normalized) => {
    expect(normalizeName(name)).toBe(normalized);
  });

  it('takes "I" and its forms for the user', () => {
    for (const name of ["I", "me", "My", "User", "the user", "the user's"])
      expect(isSelf(normalizeName(name))).toBe(true);
    for (const name of ["Anna", "user group", "it"]) expect(isSelf(normalizeName(name))).toBe(false);
  });
});

it("shows a name as it was written, without a small article", () => {
  expect(displayName("the guitar")).toBe("guitar");
  expect(displayName("The Beatles")).toBe("The Beatles");
  expect(displayName("my  sister")).toBe("User's sister");
});

it("finds names as whole words, and anywhere in scripts without spaces", () => {
  expect(mentions("User lives in Berlin's east.", "Berlin")).toBe(true);
  expect(mentions("User visited Berlingen", "Berlin")).toBe(false);
  expect(mentions("User works at Acme, Inc.", "Acme")).toBe(true);
  expect(mentions("私は東京に住んでいます", "東京")).toBe(true);
  expect(mentions("anything", "")).toBe(false);
});

describe("readKinPhrase", () => {
  it("reads owner, kin and name", () => {
    expect(readKinPhrase("User's sister Anna")).toEqual({
      owner: "User",
      kin: "sister",
      phrase: "user's sister",
      name: "Anna",
    });
    expect(readKinPhrase("my older brother")).toEqual({
      owner: "User",
      kin: "brother",
      phrase: "user's older brother",
      name: null,
    });
    expect(readKinPhrase("User's sister's dog Rex")).toMatchObject({ owner: "User's sister", kin: "dog", name: "Rex" });
    expect(readKinPhrase("Anna's wife")).toMatchObject({ owner: "Anna", kin: "spouse", name: null });
  });

  it("leaves every other name alone", () => {
    for (const name of ["Anna", "User's guitar", "User's dog food", "McDonald's", "sister"]) {
      expect(readKinPhrase(name)).toBeNull();
    }
  });
});
