/** The form that all replies have: an object with one list. */
import type { JSONSchema } from "../types.ts";

/** `{ [name]: [{ … }] }`. Every key is required: engines with strict schemas know no optional ones. */
export function listOf(name: string, properties: JSONSchema): JSONSchema {
  const items = { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
  return {
    type: "object",
    properties: { [name]: { type: "array", items } },
    required: [name],
    additionalProperties: false,
  };
}
