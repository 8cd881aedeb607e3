import { describe, expect, it } from "vitest";
import { timeIntentOf } from "../../../src/text/time-intent.ts";

/** A Wednesday. */
const TODAY = "2026-11-25";
const FIRST = "0001-01-01";
const LAST = "9999-12-31";

/** What is asked, and the days that it asks about: `from to`. */
const WINDOWS: Record<string, string> = {
  // Months, seasons, quarters, years, and parts of them.
  "what did I do in May?": "2026-05-01 2026-05-31",
  "what did I read during May": "2026-05-01 2026-05-31",
  "what did I eat throughout May": "2026-05-01 2026-05-31",
  "where was I in early May": "2026-05-01 2026-05-11",
  "where was I in mid-May": "2026-05-12 2026-05-20",
  "where was I late in May": "2026-05-21 2026-05-31",
  "where was I in late May": "2026-05-21 2026-05-31",
  "where was I at the end of May": "2026-05-21 2026-05-31",
  "what did I buy in Sept 2025": "2025-09-01 2025-09-30",
  "where did I work in early 2025": "2025-01-01 2025-05-02",
  "what did I plant last spring": "2026-03-01 2026-05-31",
  "where did I swim last summer?": "2026-06-01 2026-08-31",
  "where did I ski last winter": "2025-12-01 2026-02-28",
  "what did I do in the winter": "2025-12-01 2026-02-28",
  "what did I cook in spring 2026": "2026-03-01 2026-05-31",
  "what did I sell in Q1": "2026-01-01 2026-03-31",
  "what did I sell in Q4 2025": "2025-10-01 2025-12-31",
  // At the ends of the calendar.
  "where was I on 0026-05-03": "0026-05-03 0026-05-03",
  "what did I do the day after 9999-12-31": `${LAST} ${LAST}`,
  "what did I do after 9999-12-31": `${LAST} ${LAST}`,
  "May last year, where was I": "2025-05-01 2025-05-31",
  "where was I in May last year": "2025-05-01 2025-05-31",
  "what did I do this year in March": "2026-03-01 2026-03-31",
  "what did I do at the end of last year": "2025-09-01 2025-12-31",
  // Days.
  "what happened on May the 10th": "2026-05-10 2026-05-10",
  "what did I sign on 14/7/2026": "2026-07-14 2026-07-14",
  "what did I sign on 7/14/2026": "2026-07-14 2026-07-14",
  "what did I sign on 05.03.2026": "2026-03-05 2026-03-05",
  "where was I from 10 to 12 May": "2026-05-10 2026-05-12",
  "where was I on May 10-12, 2025": "2025-05-10 2025-05-12",
  "where was I between 3rd and 5th of May": "2026-05-03 2026-05-05",
  "what did I do on the weekend": "2026-11-21 2026-11-22",
  "what do I do over the weekend": "2026-11-28 2026-11-29",
  "how long until Friday": "2026-11-25 2026-11-26",
  "what did I do Tuesday": "2026-11-24 2026-11-24",
  "whom did I meet on Wednesday": "2026-11-25 2026-11-25",
  "what did I get on Christmas": "2025-12-25 2025-12-25",
  "where was I on New Year's Eve": "2025-12-31 2025-12-31",
  "what happened the other day": "2026-11-11 2026-11-23",
  // So long ago.
  "what did I buy a few days ago": "2026-11-20 2026-11-23",
  "what did I buy a couple of weeks ago": "2026-11-09 2026-11-15",
  "where was I half a year ago": "2026-05-01 2026-05-31",
  "where was I three years ago": "2023-01-01 2023-12-31",
  // Up to today.
  "what did I eat in the past two weeks": "2026-11-11 2026-11-25",
  "what did I eat over the past month": "2026-10-25 2026-11-25",
  "what did I read in the past year?": "2025-11-25 2026-11-25",
  "what did I do in the past few days": "2026-11-20 2026-11-25",
  "what did I do the last 7 days": "2026-11-18 2026-11-25",
  "what did I do over the last three months": "2026-08-25 2026-11-25",
  "whom did I meet in the last month": "2026-10-25 2026-11-25",
  "whom did I meet last month": "2026-10-01 2026-10-31",
  "how did I sleep this past week": "2026-11-18 2026-11-25",
  // From one to another.
  "where did I live between March and May 2026": "2026-03-01 2026-05-31",
  "where did I live from 2019 to 2021": "2019-01-01 2021-12-31",
  "was I in Rome in 2019 or 2020": "2019-01-01 2020-12-31",
  "where was I from November to January": "2025-11-01 2026-01-31",
  "what did I do between Monday and Wednesday": "2026-11-23 2026-11-25",
  // With an open end.
  "where did I go hiking since July?": `2026-07-01 ${LAST}`,
  "what have I done since Monday": `2026-11-23 ${LAST}`,
  "what did I do after Monday": `2026-11-24 ${LAST}`,
  "what was done by last Friday": `${FIRST} 2026-11-20`,
  "where did I live before spring 2020": `${FIRST} 2020-02-29`,
  // What is still to come.
  "What must I hand in by Friday?": "2026-11-25 2026-11-27",
  "Does my train leave on Monday?": "2026-11-30 2026-11-30",
  "Am I free on Monday?": "2026-11-30 2026-11-30",
  "When's the concert on Friday?": "2026-11-27 2026-11-27",
  "Where’s the party on Friday?": "2026-11-27 2026-11-27",
  "when is my exam in March": "2027-03-01 2027-03-31",
  "what will I do this winter": "2026-12-01 2027-02-28",
  "what is due in two weeks": "2026-12-07 2026-12-13",
};

/** What names no days, though a word of it may look so. */
const NO_WINDOW = [
  "What do I eat on Friday nights?",
  "what do I do every Monday",
  "what did I buy on Black Friday",
  "How many calories do I eat in a day?",
  "how often do I run in a week",
  "may I eat nuts",
  "what does May like",
  "a gift from June?",
  "the spring in my sofa",
  "did I fall",
  "which room is 204",
  "how many of the 2000 words did I learn",
  "version 1.2.2026-beta",
  "what did I sign on 3/5/2026",
  "did I live in Hamburg",
];

const FORMERLY: Record<string, string> = {
  "Where did I live in the past?": "",
  "where did I use to live": "",
  "what did I use to do?": "",
  "what sports did I use to play in school": "",
  "the house I used to live in": "",
  "did I use to play the piano": "",
  "A question:\nwhere did I use to work?": "",
  "my old job": "",
  "what was my last phone": "",
  "my old phone number": "",
  "my previous address": "",
  "which phone did I have before this one?": "",
  "which phone did I have before the current one": "",
  "which phone did I have before my current phone": "",
  "where did I work before that": "",
  "where did I work before now": "",
  "where did I live until I moved to Hamburg?": "I moved to Hamburg",
};

/** A use, a habit that one got used to, or nothing that was superseded. */
const NOT_FORMERLY = [
  "Which tool am I used to for logos?",
  "What program did I use to design logos?",
  "What did you use to design the logo?",
  "the shoes I used to run the marathon",
  "What did Ann use to clean the oven?",
  "which app did I use to edit photos",
  "which song did I use to wake up",
  "how old is my car",
  "last night's dinner at my place",
];

const LEANS: Record<string, "recent" | "early"> = {
  "where do I live now": "recent",
  "Now where do I live": "recent",
  "what is my current job": "recent",
  "what do I do at present": "recent",
  "the last time I was in Rome": "recent",
  "when did I last see Ann": "recent",
  "my latest job": "recent",
  "what was my original plan": "early",
};

const NO_LEAN = [
  "Apocalypse Now",
  "did I like Apocalypse Now",
  "What's the latest I can leave?",
  "Is the painting an original?",
  "do I follow current affairs",
];

describe("a query's time, asked on Wednesday 2026-11-25", () => {
  for (const [query, days] of Object.entries(WINDOWS)) {
    it(`days: ${query}`, () => {
      const { from, to } = timeIntentOf(query, TODAY)?.window ?? {};
      expect(`${from} ${to}`).toBe(days);
    });
  }

  for (const query of NO_WINDOW) {
    it(`no days: ${query}`, () => expect(timeIntentOf(query, TODAY)?.window).toBeUndefined());
  }

  for (const [query, of] of Object.entries(FORMERLY)) {
    it(`what held before: ${query}`, () => {
      const intent = timeIntentOf(query, TODAY);
      expect(intent).toEqual({ reference: TODAY, order: { is: "before", of } });
    });
  }

  for (const query of NOT_FORMERLY) {
    it(`not what held before: ${query}`, () => expect(timeIntentOf(query, TODAY)?.order).toBeUndefined());
  }

  for (const [query, lean] of Object.entries(LEANS)) {
    it(`leans: ${query}`, () => expect(timeIntentOf(query, TODAY)).toEqual({ reference: TODAY, lean }));
  }

  for (const query of NO_LEAN)
    it(`leans nowhere: ${query}`, () => expect(timeIntentOf(query, TODAY)?.lean).toBeUndefined());

  it("what held once may be the answer where it says ever, have I, or did at its beginning", () => {
    for (const query of [
      "Have I ever lived in Bonn?",
      "Did I live in Bonn?",
      "Where have I lived?",
      "what do I no longer eat",
      "who is my ex-wife",
    ]) {
      expect(timeIntentOf(query, TODAY)).toEqual({ reference: TODAY, former: true });
    }
    for (const query of ["When did I leave Bonn?", "where do I live", "I have never been there"]) {
      expect(timeIntentOf(query, TODAY)?.former).toBeUndefined();
    }
  });

  it("goes by when it was told, too, where it asks what was", () => {
    expect(timeIntentOf("What did I tell you last week about Tokyo?", TODAY)?.told).toBe(true);
    expect(timeIntentOf("What did I eat last week?", TODAY)?.told).toBeUndefined();
  });
});
