import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanData, dataInstruction, replySchema } from "../../../src/add/structured-data.ts";
import { InvalidInputError } from "../../../src/errors.ts";
import { toDataSchema } from "../../../src/input/structured-schema.ts";
import type { DataSchema, ObjectSchema } from "../../../src/types.ts";

const TRIP = {
  type: "object",
  properties: {
    city: { type: "string", description: "where to", minLength: 2, maxLength: 20 },
    on: { type: "string", format: "date" },
    people: { type: "integer", minimum: 1, maximum: 9 },
    by: { type: "string", enum: ["train", "car"] },
    stops: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 2 },
    hotel: { type: "object", properties: { name: { type: "string" }, stars: { type: "number" } }, required: ["name"] },
  },
} satisfies ObjectSchema;

function refusal(schema: unknown): string {
  try {
    toDataSchema(schema);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
  return "accepted";
}
const property = (city: unknown): unknown => ({ type: "object", properties: { city } });

describe("a structuredDataSchema", () => {
  it("is copied with the keywords that count; what generators write beside them is left out", () => {
    const written = { $schema: "https://json-schema.org/x", title: "Trip", additionalProperties: false, ...TRIP };
    expect(toDataSchema(written)).toEqual(TRIP);
    expect(toDataSchema(undefined)).toBeUndefined();
  });

  it.each([
    ["no object", "a string", /structuredDataSchema must be a JSON Schema/],
    ["another root", { type: "array", items: { type: "string" } }, /structuredDataSchema\.type must be "object"/],
    ["no properties", { type: "object" }, /properties must name at least one/],
    ["a keyword of no kind", property({ type: "string", pattern: "^a" }), /properties\.city: the keyword "pattern"/],
    ["a keyword of another type", property({ type: "string", minimum: 1 }), /keyword "minimum" .* "string"/],
    ["anyOf", property({ anyOf: [] }), /city\.type must be one of/],
    ["a $ref", { type: "object", properties: { a: { type: "string" } }, $ref: "#/x" }, /keyword "\$ref"/],
    ["a list of types", property({ type: ["string", "null"] }), /city\.type must be one of/],
    [
      "a format we do not check",
      property({ type: "string", format: "email" }),
      /format must be one of date, date-time/,
    ],
    ["an empty enum", property({ type: "string", enum: [] }), /enum must be a list of 1 to 200/],
    ["a list without items", property({ type: "array" }), /city\.items is missing/],
    ["a required stranger", { ...TRIP, required: ["town"] }, /required names "town"/],
    ["a bound that is none", property({ type: "number", minimum: "1" }), /minimum must be a number/],
    ["too many characters", property({ type: "string", description: "x".repeat(8_000) }), /at most 8000 characters/],
  ])("with %s is refused, and the error names it", (_, schema, message) => {
    expect(refusal(schema)).toMatch(message);
  });

  it("has at most 5 levels", () => {
    const nested = (levels: number): DataSchema =>
      levels === 1 ? { type: "string" } : { type: "object", properties: { in: nested(levels - 1) } };
    expect(refusal(nested(5))).toBe("accepted");
    expect(refusal(nested(6))).toMatch(/nested deeper than 5 levels/);
  });

  it("goes to the model with every key required and null allowed, as strict engines want it", () => {
    const reply = replySchema(TRIP);
    expect(reply).toMatchObject({ type: ["object", "null"], additionalProperties: false });
    expect(reply["required"]).toEqual(Object.keys(TRIP.properties));
    expect(reply["properties"]).toMatchObject({
      by: { type: ["string", "null"], enum: ["train", "car", null] },
      stops: { items: { type: ["string", "null"] } },
      hotel: { required: ["name", "stars"], additionalProperties: false },
    });
  });

  it("costs one line of the instructions, of ours at most 50 tokens", () => {
    const line = dataInstruction(TRIP);
    expect(line.split("\n")).toHaveLength(1);
    expect(line.length - JSON.stringify(TRIP).length).toBeLessThanOrEqual(200);
  });
});

describe("a model's data", () => {
  const clean = (data: unknown): ReturnType<typeof cleanData> => cleanData(data, TRIP);

  it("is kept as far as it validates; every drop is told, without the model's values", () => {
    expect(clean({ city: "Oslo", on: "2026-02-30", people: "2", by: "plane", stops: ["a", 7], colour: "red" })).toEqual(
      {
        data: { city: "Oslo", stops: ["a"] },
        dropped: [
          "data: 1 properties that are not in the schema",
          "data.on: not of format date",
          "data.people: not of type integer",
          "data.by: not in the enum",
          "data.stops[1]: not of type string",
        ],
      },
    );
  });

  it("null and missing are the same, and nothing to report", () => {
    expect(clean({ city: null, hotel: null, stops: null })).toEqual({ data: null, dropped: [] });
    expect(clean(null)).toEqual({ data: null, dropped: [] });
    expect(clean({})).toEqual({ data: null, dropped: [] });
  });

  it("an object that lacks a required property goes whole", () => {
    expect(clean({ city: "Oslo", hotel: { stars: 4 } })).toEqual({
      data: { city: "Oslo" },
      dropped: ["data.hotel: name is required"],
    });
  });

  it("lists and strings out of bounds are dropped, never cut", () => {
    const { data, dropped } = clean({ city: "x".repeat(21), stops: ["a", "b", "c"], people: 10 });
    expect(data).toBeNull();
    expect(dropped).toEqual([
      "data.city: of another length",
      "data.people: out of range",
      "data.stops: too many entries",
    ]);
  });

  it("a key named __proto__ is a key like any other", () => {
    const schema = toDataSchema(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}'))!;
    const { data } = cleanData(JSON.parse('{"__proto__":"x"}'), schema);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(JSON.stringify(data)).toBe('{"__proto__":"x"}');
  });

  it("whatever it is: what is kept validates, and cleaning it again drops nothing", () => {
    const leaf = fc.oneof(fc.constantFrom("Oslo", "x", "2026-01-02", "train", 1, 2.5, 99, true, null), fc.string());
    const any = fc.object({ key: fc.constantFrom(...Object.keys(TRIP.properties), "name", "stars"), values: [leaf] });
    fc.assert(
      fc.property(any, (given) => {
        const { data } = clean(given);
        expect(clean(data)).toEqual({ data, dropped: [] });
      }),
    );
  });
});
