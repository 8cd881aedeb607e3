/** What a `structuredDataSchema` is made of. Imported from `types.ts`, with the rest of the vocabulary. */

/** What a `structuredDataSchema` may hold: a subset of JSON Schema, in which missing and null are the same. */
export interface DataSchema {
  type: "object" | "array" | "string" | "number" | "integer" | "boolean";
  /** Shown to the LLM. */
  description?: string;
  enum?: (string | number | boolean)[];
  properties?: Record<string, DataSchema>;
  required?: string[];
  items?: DataSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  format?: "date" | "date-time";
  minimum?: number;
  maximum?: number;
}

export interface ObjectSchema extends DataSchema {
  type: "object";
  properties: Record<string, DataSchema>;
}
