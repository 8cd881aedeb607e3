import { describe, expect, it } from "vitest";
import { eventTimeOf } from "../../../src/text/when.ts";

/** A Saturday. */
const SAID = "2026-03-14";

describe("eventTimeOf, said on Saturday 2026-03-14", () => {
  const cases: [string, string, string][] = [
    ["a trip to Tokyo next month", "2026-04-01", "2026-04-30"],
    ["watches a movie tonight", "2026-03-14", "2026-03-14"],
    ["starts tomorrow", "2026-03-15", "2026-03-15"],
    ["left the day before yesterday", "2026-03-12", "2026-03-12"],
    ["was ill last week", "2026-03-02", "2026-03-08"],
    ["moves next weekend", "2026-03-21", "2026-03-22"],
    ["three years ago", "2023-01-01", "2023-12-31"],
    ["in two days", "2026-03-16", "2026-03-16"],
    ["met Anna last Friday", "2026-03-13", "2026-03-13"],
    ["sees Anna on Monday", "2026-03-16", "2026-03-16"],
    ["was born on 7 May 1990", "1990-05-07", "1990-05-07"],
    ["the exam is on May 7th", "2026-05-07", "2026-05-07"],
    ["moved in May 2021", "2021-05-01", "2021-05-31"],
    ["marries in June", "2026-06-01", "2026-06-30"],
    ["lived there since December", "2025-12-01", "2025-12-31"],
    ["graduated in 2019", "2019-01-01", "2019-12-31"],
    ["starts at Siemens tomorrow (2026-03-02)", "2026-03-02", "2026-03-02"],
    ["fährt im April (2026-04) nach Wien", "2026-04-01", "2026-04-30"],
  ];
  for (const [text, from, to] of cases) {
    it(`"${text}"`, () => expect(eventTimeOf(text, SAID)).toEqual({ from, to }));
  }

  const yearless: [string, string, string][] = [
    ["I'm flying to Rome on March 3", "2025-12-10", "2026-03-03"],
    ["I have a wedding on January 10th", "2025-12-20", "2026-01-10"],
    ["I broke my arm on December 20", "2025-01-05", "2024-12-20"],
    ["I went to Rome on March 3", "2025-12-10", "2025-03-03"],
    ["User was told that the exam is on March 3", "2025-12-10", "2026-03-03"],
    ["User will marry on May 7", "2025-12-10", "2026-05-07"],
    ["User met Anna on Monday", "2026-03-14", "2026-03-09"],
    ["User was in Rome in May", "2026-04-14", "2025-05-01"],
    ["User worked there from 2019 to 2021", "2026-04-14", "2019-01-01"],
    ["User skied last winter", "2026-04-14", "2025-12-01"],
  ];
  for (const [text, said, from] of yearless) {
    it(`takes the year from the tense, or the nearest: "${text}", said on ${said}`, () =>
      expect(eventTimeOf(text, said)?.from).toBe(from));
  }

  it("takes no habit, no length of time and nobody's name for a date", () => {
    for (const text of [
      "runs on Friday mornings",
      "watches every Monday",
      "likes movies that last two hours",
      "trips that last a week",
      "May loves June",
    ]) {
      expect(eventTimeOf(text, SAID)).toBeNull();
    }
  });

  it("takes the date that a transcript puts before a message for the day it was said", () => {
    const told = "[7:34 pm on 18 April, 2025] Ann: we went to a fair last month";
    expect(eventTimeOf(told, SAID)).toEqual({ from: "2025-03-01", to: "2025-03-31" });
    const plain = { from: "2025-04-18", to: "2025-04-18" };
    expect(eventTimeOf("[7:34 pm on 18 April, 2025] Ann: hello", SAID)).toEqual(plain);
    expect(eventTimeOf("(note) we went to a fair yesterday", SAID)).toEqual({ from: "2026-03-13", to: "2026-03-13" });
  });

  it("guesses nothing", () => {
    for (const text of ["likes tea", "may like tea", "born on 31 February 2020", "has 2 cats", "the year 12345", ""]) {
      expect(eventTimeOf(text, SAID)).toBeNull();
    }
  });

  it("crosses the end of a year", () => {
    expect(eventTimeOf("next month", "2026-12-31")).toEqual({ from: "2027-01-01", to: "2027-01-31" });
    expect(eventTimeOf("yesterday", "2026-01-01")).toEqual({ from: "2025-12-31", to: "2025-12-31" });
  });
});
