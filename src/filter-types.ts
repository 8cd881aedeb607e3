/** The filter language of `search` and `getAll`, as types. `search/filter.ts` is what it means. */
import type { JSONValue } from "./types.ts";

/** Operators of the filter language. Several on one key must all hold. */
export interface FilterOperators {
  /** Of a list (`categories`): one that holds this value, or with a list as the operand, the same list. */
  eq?: JSONValue | Date;
  ne?: JSONValue | Date;
  gt?: number | string | Date;
  gte?: number | string | Date;
  lt?: number | string | Date;
  lte?: number | string | Date;
  /** Of a list: one that holds at least one of these values. */
  in?: (JSONValue | Date)[];
  nin?: (JSONValue | Date)[];
  /** Substring of a string (case-sensitive), or element of a list. */
  contains?: JSONValue;
  /** Like `contains`, ignoring case. */
  icontains?: string;
}

/**
 * A filter. Flat keys are ANDed; `AND`, `OR` take lists of filters, `NOT` a filter or a list of them
 * (none may hold). A bare value means `eq`, a list means `in`, `"*"` any value but null.
 * Keys: `userId`, `agentId`, `appId`, `runId` (or snake_case), `id`, `memory`, `createdAt`, `updatedAt`,
 * `actor`, `attributedTo`, `categories`, `immutable`, `memoryType`, `feedback`, `expirationDate`, `eventFrom`,
 * `eventTo` (dates as a Date or an ISO string; a bare day is the whole of it); a path into the structured data
 * (`structuredData.city`); anything else is a path into `metadata` (`category`, `trip.city`).
 */
export type Filter = {
  AND?: Filter[];
  OR?: Filter[];
  NOT?: Filter | Filter[];
} & { [key: string]: JSONValue | Date | Date[] | FilterOperators | Filter | Filter[] | undefined };
