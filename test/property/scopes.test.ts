/**
 * INV-8, as two worlds: in one only scope A acts, in the other B acts in between. A must not be able to tell
 * which one it lives in. Counters of the whole database (`seq`, `order`) are no content and left out.
 */
import fc from "fast-check";
import { InvalidInputError, Memory, type LLM, type LLMRequest } from "keepsake";
import { fakeRuntime } from "keepsake/testing";
import { describe, expect, it } from "vitest";

const A = { userId: "ann", runId: "r1" };
/** Scopes that share ids with A and that neither A's reads nor B's deleteAll can take for one another. */
const APART = [
  { userId: "bob" },
  { userId: "bob", runId: "r1" },
  { userId: "ann", runId: "r2" },
  { userId: "ann", agentId: "r1" },
  { agentId: "ann", appId: "r1" },
];
/** Scopes of which A carries every id: a deleteAll there means A as well, and is left out. */
const WIDER = [{ userId: "ann" }, { runId: "r1" }];
/** A scope that A's reads see, since it carries A's ids; A's adds must not. */
const NARROWER = [{ userId: "ann", runId: "r1", agentId: "x" }];
type TestScope = { userId?: string; agentId?: string; appId?: string; runId?: string };

const RUNS = Number(process.env["KEEPSAKE_RUNS"] ?? 40);
const SEED = process.env["KEEPSAKE_SEED"];
const PARAMETERS = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };

const WORDS = ["tea", "rum", "gin", "dogs", "chess", "Oslo"];
const text = fc
  .tuple(fc.constantFrom("I like", "I hate", "We talked about"), fc.constantFrom(...WORDS))
  .map((t) => t.join(" "));
const kind = <K extends string>(value: K) => fc.constant(value);
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind("add"), texts: fc.array(text, { minLength: 1, maxLength: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("note"), texts: fc.array(text, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("fail"), texts: fc.array(text, { minLength: 1, maxLength: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("update"), which: fc.nat(9), text }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("delete"), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("deleteAll") }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
interface Turn {
  who: "A" | "B";
  act: Act;
}
const turns = fc.array(fc.record({ who: kind("A") as fc.Arbitrary<"A" | "B">, act }), { minLength: 1, maxLength: 6 });
const others = fc.array(fc.record({ at: fc.nat(5), act }), { minLength: 1, maxLength: 8 });

/** Obeys its request and nothing else: the same request gives the same reply. */
const answer = ({ purpose, messages }: LLMRequest): string => {
  const asked = messages.at(-1)!.content;
  if (purpose === "extract") {
    const facts = WORDS.filter((word) => asked.includes(word)).map((word) => ({ text: `User mentioned ${word}` }));
    return JSON.stringify({ facts: facts.slice(0, 3) });
  }
  const sum = [...asked].reduce((total, char) => total + char.codePointAt(0)!, 0);
  const events = ["UPDATE", "ADD", "DELETE", "NONE"];
  const decisions = Array.from({ length: 3 }, (_, fact) => ({
    fact,
    event: events[(sum + fact) % 4],
    id: String(fact),
    text: `User mentioned ${WORDS[(sum + fact) % WORDS.length]} again`,
    reason: "scripted",
  }));
  return JSON.stringify({ decisions });
};

class World {
  readonly seen: unknown[] = [];
  readonly #memory: Memory;
  readonly #ids: Record<"A" | "B", Set<string>> = { A: new Set(), B: new Set() };
  #actor: "A" | "B" = "A";
  #fails = false;
  #count = { A: 0, B: 0 };

  readonly #b: TestScope;
  readonly #reads: "all" | "adds";

  constructor(b: TestScope, reads: "all" | "adds") {
    this.#b = b;
    this.#reads = reads;
    const llm: LLM = async (request) => {
      if (this.#fails) throw new Error("away");
      if (this.#actor === "A") this.seen.push({ asked: request.purpose, messages: request.messages });
      return answer(request);
    };
    const options = { storage: "memory", engine: "inline", embedder: "hashing" } as const;
    this.#memory = new Memory({ ...options, llm, runtime: fakeRuntime({ idPrefix: "own" }) });
  }

  async run(list: Turn[]): Promise<unknown[]> {
    for (const turn of list) {
      this.#actor = turn.who;
      const result = await this.#take(turn.who, turn.act);
      if (turn.who === "A") this.seen.push({ did: turn.act.kind, result }, await this.#view());
    }
    await this.#memory.close();
    return withoutCounters(this.seen) as unknown[];
  }

  async #take(who: "A" | "B", one: Act): Promise<unknown> {
    const scope = who === "A" ? A : this.#b;
    const own = this.#ids[who];
    switch (one.kind) {
      case "add":
      case "note":
      case "fail": {
        const messages = one.texts.map((content) => ({ role: "user" as const, content }));
        this.#fails = one.kind === "fail";
        const opId = `${who}-${this.#count[who]++}`;
        const adding = this.#memory.add(messages, { ...scope, opId, infer: one.kind !== "note" });
        const result = await adding.catch((error: Error) => ({ failed: error.message, results: [] }));
        this.#fails = false;
        for (const { event, id } of result.results) {
          if (event === "ADD") own.add(id!);
          if (event === "DELETE") own.delete(id!);
        }
        return result;
      }
      case "update": {
        const id = [...own][one.which % Math.max(own.size, 1)];
        // A's deleteAll may have met it, where B carries A's ids.
        return id === undefined ? null : this.#memory.update(id, one.text).catch(goneFor(who));
      }
      case "delete": {
        const id = [...own][one.which % Math.max(own.size, 1)];
        if (id === undefined) return null;
        own.delete(id);
        return this.#memory.delete(id).catch(goneFor(who));
      }
      case "deleteAll": {
        if (who === "B" && !APART.includes(scope as (typeof APART)[number])) return null;
        own.clear();
        const { deleted } = await this.#memory.deleteAll(scope);
        return this.#reads === "all" ? deleted : null;
      }
    }
  }

  /** All that A can look at. */
  async #view(): Promise<unknown> {
    const own = [...this.#ids.A];
    const each = await Promise.all(own.map(async (id) => [await this.#memory.get(id), await this.#memory.history(id)]));
    if (this.#reads === "adds") return { each };
    const found = [];
    for (const query of ["tea", "what was mentioned again", "Oslo chess"]) {
      found.push(await this.#memory.search(query, { ...A, include: ["memories", "messages"], contextMessages: 2 }));
    }
    // By a filter that chooses its scopes: the statistics that scores rest on are of those scopes alone, too.
    const filters = { OR: [{ user_id: A.userId, run_id: { in: [A.runId] } }, { agent_id: "nobody" }] };
    found.push((await this.#memory.search("tea", { filters })).results);
    found.push((await this.#memory.getAll({ filters })).results);
    return { each, found, all: (await this.#memory.getAll(A)).results };
  }
}

function goneFor(who: "A" | "B"): (error: unknown) => void {
  return (error) => {
    if (who === "A") throw error;
  };
}

/** Numbers that count the whole database, and the ids that edits draw from the one source of ids. */
function withoutCounters(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, field: unknown) => {
      if (key === "seq" || key === "order") return undefined;
      return key === "opId" && String(field).startsWith("own-") ? "own" : field;
    }),
  );
}

/** A's turns with B's in between, each after so many of A's. */
function interleave(mine: Turn[], theirs: { at: number; act: Act }[]): Turn[] {
  const list = mine.flatMap((turn, i) => [
    ...theirs.filter(({ at }) => at === i).map((other): Turn => ({ who: "B", act: other.act })),
    turn,
  ]);
  return list;
}

function noninterference(scopes: TestScope[], reads: "all" | "adds"): Promise<void> {
  return fc.assert(
    fc.asyncProperty(turns, others, fc.constantFrom(...scopes), async (mine, theirs, b) => {
      const alone = await new World(b, reads).run(mine);
      const together = await new World(b, reads).run(interleave(mine, theirs));
      expect(together).toEqual(alone);
    }),
    PARAMETERS,
  );
}

describe("INV-8: what happens in another scope changes nothing", () => {
  it("that A reads, is told or shows its LLM, whatever ids the two share", async () => {
    await noninterference(APART, "all");
  }, 120_000);

  it("that A reads, is told or shows its LLM, where A carries all ids of the other", async () => {
    await noninterference(WIDER, "all");
  }, 120_000);

  it("that A's adds show the LLM or do, where the other carries all ids of A", async () => {
    await noninterference(NARROWER, "adds");
  }, 120_000);
});

describe("INV-8: an opId that another scope has used", () => {
  for (const state of ["committed", "pending", "running"] as const) {
    it(`and that is ${state} tells nothing of it, and is refused: the message is not taken for known`, async () => {
      let answerNow: (reply: string) => void = () => undefined;
      const llm: LLM = async (request) => {
        if (state === "pending") throw new Error("away");
        if (state === "running") return new Promise((resolve) => (answerNow = resolve));
        return answer(request);
      };
      const memory = new Memory({ storage: "memory", engine: "inline", embedder: "hashing", llm });
      const first = memory.add("I like tea", { userId: "ann", opId: "op" }).catch(() => undefined);
      if (state === "running") await expect.poll(() => memory.pending()).toHaveLength(1);
      else await first;
      const second = memory.add("I like rum", { userId: "bob", opId: "op" });
      await expect(second).rejects.toBeInstanceOf(InvalidInputError);
      answerNow('{"facts":[]}');
      await first;
      await memory.close();
    });
  }
});
