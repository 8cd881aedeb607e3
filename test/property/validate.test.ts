/** Whatever a caller without types hands in: an InvalidInputError that says so, or success; nothing else, nothing hangs. */
import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import fc from "fast-check";
import { InvalidInputError, Memory } from "keepsake";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const RUNS = Number(process.env["KEEPSAKE_RUNS"] ?? 150);
const SEED = process.env["KEEPSAKE_SEED"];
const PARAMETERS = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };

let memory: Memory;
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  memory = new Memory({ engine: "inline", embedder: "hashing" });
});
afterEach(() => memory.close());

function nested(depth: number, inner: unknown = 1): unknown {
  let value = inner;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? { a: value } : [value];
  return value;
}

function cyclic(): unknown {
  const one: Record<string, unknown> = { name: "one" };
  return Object.assign(one, { self: one, list: [one] });
}

/** What parsers, prototypes and clones stumble over. */
const HOSTILE: unknown[] = [
  null,
  undefined,
  NaN,
  -0,
  1e308,
  Infinity,
  "",
  " \n",
  "\ud800",
  "a\udc00\ud800b",
  "\u0000",
  "🙂".repeat(3000),
  "__proto__",
  "constructor",
  Symbol("s"),
  10n,
  () => 1,
  new Date(NaN),
  /x/g,
  new Map([["userId", "x"]]),
  new Uint8Array(4),
  Object.create(null),
  Object.create({ userId: "inherited" }),
  JSON.parse('{"__proto__": {"userId": "evil"}, "userId": "ann"}'),
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
  nested(17),
  nested(20_000),
  cyclic(),
  [undefined],
  [null],
  new Array(3),
  { toString: null, valueOf: null },
  { AND: nested(50) },
  { NOT: { NOT: { NOT: {} } } },
];
const junk = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  {
    weight: 2,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    }),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
);
/** Mostly right, with one thing that is not: what is only junk is refused at the first door. */
const scope = fc.oneof(
  { weight: 5, arbitrary: fc.constant<unknown>({ userId: "ann" }) },
  { weight: 1, arbitrary: junk },
);

function withJunk(keys: string[]): fc.Arbitrary<unknown> {
  const fields = fc.dictionary(fc.constantFrom(...keys), junk, { maxKeys: 2, noNullPrototype: true });
  return fc.oneof(
    { weight: 4, arbitrary: fields.map((some) => ({ userId: "ann", ...some })) },
    { weight: 1, arbitrary: fields },
    { weight: 1, arbitrary: junk },
  );
}

const SCOPE_KEYS = ["userId", "user_id", "agentId", "runId", "app_id", "filters"];
const ADD_KEYS = [
  ...SCOPE_KEYS,
  ..."infer metadata opId signal version wait trace dryRun immutable timestamp expirationDate images".split(" "),
  ..."customCategories customPrompts customInstructions includes excludes contextWindow".split(" "),
  ..."agentCustomInstructions retention memoryType conflicts maxDestructive".split(" "),
];
const addOptions = withJunk(ADD_KEYS);
const searchOptions = withJunk([...SCOPE_KEYS, "topK", "threshold", "signal"]);
const listOptions = withJunk([...SCOPE_KEYS, "topK", "signal"]);
const messages = fc.oneof(
  { weight: 2, arbitrary: fc.constant<unknown>("I like tea") },
  { weight: 2, arbitrary: junk },
  {
    weight: 3,
    arbitrary: fc.array(
      fc.oneof(
        junk,
        fc.record<Record<string, unknown>>(
          {
            role: fc.oneof(fc.constantFrom("user", "assistant", "system"), junk),
            content: fc.oneof(fc.string(), junk),
            name: junk,
          },
          { requiredKeys: ["role", "content"] },
        ),
      ),
      { maxLength: 4 },
    ),
  },
);
const change = fc.oneof(
  { weight: 1, arbitrary: junk },
  { weight: 2, arbitrary: fc.record({ text: junk, metadata: junk }, { requiredKeys: [] }) },
);

/** Success, or an InvalidInputError. A throw in place of a rejection is neither. */
async function expectTyped(call: () => Promise<unknown>): Promise<void> {
  let returned: Promise<unknown> | undefined;
  try {
    returned = call();
  } catch (thrown) {
    throw new Error("it threw where it was to reject", { cause: thrown });
  }
  await returned.catch((error: unknown) => {
    if (!(error instanceof InvalidInputError)) throw error;
  });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
}

function forAll<T extends unknown[]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  call: (...args: T) => Promise<unknown>,
) {
  return fc.assert(
    fc.asyncProperty(fc.tuple(...arbitraries) as fc.Arbitrary<T>, (args) => expectTyped(() => call(...args))),
    PARAMETERS,
  );
}

describe("any input is refused with an InvalidInputError or taken", () => {
  it("by add, as messages", () => forAll([messages, scope], (m, s) => memory.add(m as never, s as never)), 60_000);
  it("by add, as options", () => forAll([addOptions], (o) => memory.add("I like tea", o as never)), 60_000);
  it(
    "by add without infer",
    () => forAll([messages], (m) => memory.add(m as never, { userId: "ann", infer: false })),
    60_000,
  );
  it("by search", () => forAll([junk, searchOptions], (q, o) => memory.search(q as never, o as never)), 60_000);
  it("by search, as options", () => forAll([searchOptions], (o) => memory.search("tea", o as never)), 60_000);
  it("by getAll", () => forAll([listOptions], (o) => memory.getAll(o as never)), 60_000);
  it("by deleteAll", () => forAll([withJunk(SCOPE_KEYS)], (o) => memory.deleteAll(o as never)), 60_000);
  it(
    "by get, delete, history and cancel, as an id",
    () =>
      forAll([junk], async (id) => {
        await expectTyped(() => memory.get(id as never));
        await expectTyped(() => memory.delete(id as never));
        await expectTyped(() => memory.history(id as never));
        await expectTyped(() => memory.cancel(id as never));
      }),
    60_000,
  );
  it(
    "by update",
    () =>
      forAll([change, junk], async (what, id) => {
        const { results } = await memory.add("I like tea", { userId: "bea", infer: false });
        await expectTyped(() => memory.update(results[0]!.id!, what as never));
        await expectTyped(() => memory.update(id as never, what as never));
      }),
    60_000,
  );
});

describe("every hostile value", () => {
  it("in every option of add is refused or taken", async () => {
    for (const key of ADD_KEYS) {
      for (const value of HOSTILE) {
        const options = { userId: "ann", [key]: value };
        await expectTyped(() => memory.add("Hello", options as never)).catch((cause: unknown) => {
          throw new Error(`${key}: ${typeof value}`, { cause });
        });
      }
    }
  }, 60_000);
});

describe("what is taken", () => {
  it("is well-formed and plain: it comes back as it lies in the store", async () => {
    const metadata = JSON.parse('{"__proto__": {"polluted": true}, "a\\ud800": "b\\udc00"}') as Record<string, unknown>;
    const { results } = await memory.add("tea \ud800 time", { userId: "cleo\udc00", infer: false, metadata });
    const item = await memory.get(results[0]!.id!);
    expect(item?.memory.isWellFormed() && item.userId?.isWellFormed()).toBe(true);
    expect(Object.hasOwn(item!.metadata, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(item!.metadata)).toBe(Object.prototype);
    expect(JSON.stringify(item!.metadata["a\ud800"] ?? item!.metadata["a\ufffd"]).includes("\\ud")).toBe(false);
  });
});
