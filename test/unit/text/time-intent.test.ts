import { describe, expect, it } from "vitest";
import { timeIntentOf } from "../../../src/text/time-intent.ts";

/** A Sunday. */
const NOW = "2026-11-22T10:00:00Z";

describe("timeIntentOf, asked on Sunday 2026-11-22", () => {
  const windows: [string, string, string][] = [
    ["what did I cook last week?", "2026-11-09", "2026-11-15"],
    ["where was I in May", "2026-05-01", "2026-05-31"],
    ["what happened in December?", "2025-12-01", "2025-12-31"],
    ["what will I do in December?", "2026-12-01", "2026-12-31"],
    ["when am I in Rome next May", "2027-05-01", "2027-05-31"],
    ["whom did I meet on Monday?", "2026-11-16", "2026-11-16"],
    ["what is planned on Monday?", "2026-11-23", "2026-11-23"],
    ["what did I buy on 24 December", "2025-12-24", "2025-12-24"],
    ["where did I live before 2020", "0001-01-01", "2019-12-31"],
    ["what have I read since March 2026", "2026-03-01", "9999-12-31"],
    ["what did Ann do the week before August 3, 2026?", "2026-07-27", "2026-08-02"],
    ["what did Ann do after May 2026?", "2026-06-01", "9999-12-31"],
    ["what did I pack before the trip in May 2026", "2026-05-01", "2026-05-31"],
    ["which plants did I buy in May", "2026-05-01", "2026-05-31"],
    ["what did I do before May?", "0001-01-01", "2026-04-30"],
    ["whom did I meet after May 2026 in Rome", "2026-06-01", "9999-12-31"],
    ["what happened on May 3 at home", "2026-05-03", "2026-05-03"],
  ];
  for (const [query, from, to] of windows) {
    it(`reads days: "${query}"`, () => expect(timeIntentOf(query, NOW)?.window).toEqual({ from, to }));
  }

  it("knows what asks for the latest and what for the first", () => {
    for (const query of ["where do I live now", "what did I paint recently?", "my latest job", "currently reading"]) {
      expect(timeIntentOf(query, NOW)).toEqual({ reference: "2026-11-22", lean: "recent" });
    }
    for (const query of ["where did I originally come from", "when did I first meet Ann", "what I played at first"]) {
      expect(timeIntentOf(query, NOW)).toEqual({ reference: "2026-11-22", lean: "early" });
    }
  });

  it("knows before and after what", () => {
    const orderOf = (query: string) => timeIntentOf(query, NOW)?.order;
    expect(orderOf("Where did I live before Hamburg?")).toEqual({ is: "before", of: "Hamburg" });
    expect(orderOf("where did I live after Bonn")).toEqual({ is: "after", of: "Bonn" });
    for (const query of [
      "what did I use to play",
      "what I used to play",
      "the games that Ann used to play",
      "my previous employer",
      "where I lived earlier",
      "where did I live before?",
    ]) {
      expect(orderOf(query)).toEqual({ is: "before", of: "" });
    }
  });

  it("takes no habit, no use and nobody's name for a time", () => {
    for (const query of [
      "which app do I use to track runs?",
      "what can I use to clean it",
      "is this knife used to cut bread",
      "Is Strava used to track runs?",
      "my former colleague",
      "prior experience",
      "earlier meeting",
      "who looks after my cat",
      "may 3 people come along",
      "how long did we march 3 miles",
    ]) {
      expect(timeIntentOf(query, NOW)).toBeNull();
    }
    expect(timeIntentOf("what did I do after May called", NOW)?.order).toEqual({ is: "after", of: "May called" });
  });

  it("finds nothing where a query says nothing about time", () => {
    for (const query of ["where do I live?", "it may rain", "what is the first prize", "my dog before long", ""]) {
      expect(timeIntentOf(query, NOW)).toBeNull();
    }
  });

  it("takes 29 February for the last one that there was", () => {
    expect(timeIntentOf("what did I do on 29 February", "2024-01-10")?.window?.from).toBe("2020-02-29");
  });
});
