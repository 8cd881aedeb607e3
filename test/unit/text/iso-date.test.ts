import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDay, parseISODate } from "../../../src/text/iso-date.ts";

describe("ISO dates", () => {
  it("of any instant from the year 0 to 9999 are read as they were written", () => {
    const min = new Date("0000-01-01T00:00:00Z");
    const max = new Date("9999-12-31T23:59:59.999Z");
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
        expect(parseISODate(date.toISOString())).toBe(date.getTime());
        expect(isDay(date.toISOString().slice(0, 10))).toBe(true);
      }),
    );
  });

  it.each([
    "2023-02-29",
    "2100-02-29",
    "2024-04-31",
    "2024-00-01",
    "2024-1-1",
    "20240101",
    "2024-01-01T",
    "2024-01-01Z",
  ])("%s is none", (text) => {
    expect(isDay(text)).toBe(false);
    expect(parseISODate(text)).toBeNaN();
  });
});
