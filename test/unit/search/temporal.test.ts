import { describe, expect, it } from "vitest";
import { decayFactor } from "../../../src/search/decay.ts";
import { timeliness } from "../../../src/search/temporal.ts";
import { FIRST_DAY, LAST_DAY, type TimeIntent } from "../../../src/text/time-intent.ts";

const REFERENCE = "2026-11-22";
const DAY = 86_400_000;
const times = (day: string, event?: string) => ({
  createdAt: `${day}T10:00:00Z`,
  updatedAt: `${day}T10:00:00Z`,
  ...(event !== undefined && { eventTime: { from: event, to: event } }),
});

describe("timeliness", () => {
  const may: TimeIntent = { reference: REFERENCE, window: { from: "2026-05-01", to: "2026-05-31" } };

  it("is 1 within the days asked about, and falls with the distance on either side", () => {
    expect(timeliness(may, times("2026-05-31"))).toBe(1);
    const far = ["2026-04-20", "2026-03-20", "2025-05-20"].map((day) => timeliness(may, times(day)));
    expect(far).toEqual(far.toSorted((a, b) => b - a));
    expect(Math.max(...far)).toBeLessThan(1);
    expect(timeliness(may, times("2026-06-11"))).toBe(timeliness(may, times("2026-04-20")));
  });

  it("falls as soon where the window has an open end", () => {
    const since = { reference: REFERENCE, window: { from: "2026-03-01", to: LAST_DAY } };
    const before = { reference: REFERENCE, window: { from: FIRST_DAY, to: "2017-12-31" } };
    expect(timeliness(since, times("2026-11-22"))).toBe(1);
    expect(timeliness(since, times("2015-05-01"))).toBeLessThan(0.1);
    expect(timeliness(before, times("2026-05-01"))).toBeLessThan(0.15);
  });

  it("goes by when it happened, where that is known, and not by when it was told", () => {
    expect(timeliness(may, times("2026-11-01", "2026-05-07"))).toBe(1);
    expect(timeliness(may, times("2026-05-07", "2026-11-01"))).toBeLessThan(0.2);
  });

  it("goes by the better of both where it asks what was told", () => {
    const told: TimeIntent = { ...may, told: true };
    expect(timeliness(told, times("2026-05-07", "2026-11-01"))).toBe(1);
    expect(timeliness(told, times("2026-11-01", "2026-05-07"))).toBe(1);
  });

  it("takes the day of an instant by the clock of who asks, and by UTC's, in which days without a time are", () => {
    const day: TimeIntent = { reference: REFERENCE, window: { from: "2026-11-25", to: "2026-11-25" } };
    const told = (createdAt: string) => ({ createdAt, updatedAt: createdAt });
    const inLosAngeles = { ...day, offsetMinutes: -480 };
    expect(timeliness(inLosAngeles, told("2026-11-26T02:00:00.000Z"))).toBe(1);
    expect(timeliness(inLosAngeles, told("2026-11-25T00:00:00.000Z"))).toBe(1);
    expect(timeliness(inLosAngeles, told("2026-11-26T08:00:00.000Z"))).toBeLessThan(1);
    expect(timeliness({ ...day, offsetMinutes: 840 }, told("2026-11-24T10:00:00.000Z"))).toBe(1);
    expect(timeliness(day, told("2026-11-26T02:00:00.000Z"))).toBeLessThan(1);
  });

  it("of the latest is highest today, of the first lowest", () => {
    const [recent, early] = (["recent", "early"] as const).map((lean) => ({ reference: REFERENCE, lean }));
    expect(timeliness(recent!, times("2026-11-22"))).toBe(1);
    expect(timeliness(recent!, times("2026-10-23"))).toBeCloseTo(0.5, 10);
    expect(timeliness(early!, times("2026-11-22"))).toBe(0);
    // What is still to come was not long ago.
    expect(timeliness(recent!, times("2026-11-22", "2027-01-01"))).toBe(1);
  });
});

describe("decayFactor", () => {
  it("is 1 for one touch now, .3 for one long ago, and never above 1.5", () => {
    expect(decayFactor([0], 0, 30)).toBeCloseTo(1, 10);
    expect(decayFactor([0], 100_000 * DAY, 30)).toBeCloseTo(0.3, 3);
    expect(decayFactor(Array<number>(20).fill(0), 0, 30)).toBeLessThan(1.5);
  });

  it("rises with every touch, falls with time, and counts what is to come as now", () => {
    expect(decayFactor([0, 0], DAY, 30)).toBeGreaterThan(decayFactor([0], DAY, 30));
    expect(decayFactor([0], 60 * DAY, 30)).toBeLessThan(decayFactor([0], 30 * DAY, 30));
    expect(decayFactor([9 * DAY], DAY, 30)).toBe(decayFactor([DAY], DAY, 30));
  });
});
