/** What every Embedder promises, as tests: run it on ours, run it on yours. */
import type { Embedder } from "../embed/embedder.ts";
import { ensure, type SuiteRunner } from "./suite.ts";

/** One embedder serves all tests of the suite, and is closed after them. */
export interface EmbedderSuiteRunner extends SuiteRunner {
  afterAll: (body: () => Promise<void>) => void;
}

const TEXTS = [
  "I love my dog",
  "The user lives in Berlin and works as a nurse",
  "No",
  "The user does not eat meat, fish or eggs; she drinks oat milk, and on Sundays she bakes bread for her neighbors.",
  "我喜欢绿茶",
  "3.14",
];

/** Further off is another vector. Batches are padded, so the last bits of a float may differ. */
const SAME = 1e-4;
const UNIT = 1e-3;

/**
 * Declares the conformance tests of an embedder.
 * @param open makes the embedder; called twice, since one of them is closed by a test
 *
 * @example
 * embedderSuite("my embedder", () => openMine(), { describe, it, afterAll });
 */
export function embedderSuite(name: string, open: () => Promise<Embedder>, runner: EmbedderSuiteRunner): void {
  let opened: Promise<Embedder> | undefined;
  const embedder = (): Promise<Embedder> => (opened ??= open());

  runner.describe(`${name} keeps the contract of an Embedder`, () => {
    runner.afterAll(async () => (await opened)?.close?.());
    const test = (title: string, body: (embedder: Embedder) => Promise<void>): void =>
      runner.it(title, async () => body(await embedder()));

    test("has a space that names itself and a whole number of dimensions", async (e) => {
      ensure(typeof e.space === "string" && e.space.trim().length > 0, "space is empty");
      ensure(Number.isInteger(e.dims) && e.dims > 0, `dims is ${e.dims}`);
    });

    test("gives one finite vector of unit length and `dims` numbers per text", async (e) => {
      await embedChecked(e, TEXTS);
    });

    test("keeps the order of the texts", async (e) => {
      const forwards = await embedChecked(e, TEXTS);
      const backwards = await embedChecked(e, TEXTS.toReversed());
      ensureSame(forwards, backwards.toReversed());
      ensure(distance(at(forwards, 0), at(forwards, 1)) > SAME, "different texts have the same vector");
    });

    test("gives a text the same vector alone, in any batch and every time", async (e) => {
      const [alone] = await embedChecked(e, [at(TEXTS, 0)]);
      const crowd = Array.from({ length: 40 }, (_, i) =>
        i % 7 === 3 ? at(TEXTS, 0) : `${at(TEXTS, i % 6)} ${"and so on ".repeat(i)}`,
      );
      const vectors = await embedChecked(e, crowd);
      for (let i = 3; i < 40; i += 7) ensureSame([at([alone], 0)], [at(vectors, i)]);
      ensureSame([at([alone], 0)], await embedChecked(e, [at(TEXTS, 0)]));
    });

    test("takes no texts", async (e) => {
      ensure((await e.embed([])).length === 0, "no texts gave vectors");
    });

    test("takes blank texts, and gives all the same for the empty one", async (e) => {
      const vectors = await embedChecked(e, ["", " \n\t", at(TEXTS, 0), ""]);
      ensureSame([at(vectors, 0)], [at(vectors, 3)]);
    });

    test("takes a text far beyond any window", async (e) => {
      await embedChecked(e, ["the user likes tea. ".repeat(5000), "x".repeat(50_000), at(TEXTS, 0)]);
    });

    test("takes lone surrogates, emoji, control characters and marks without a letter", async (e) => {
      await embedChecked(e, ["\ud800", "a\udc00b", "👩‍👩‍👧‍👦🎉", "\u0000\u0007", "\u0301", "\u200b", "'.,'"]);
    });

    test("answers calls made at the same time, each with its own vectors", async (e) => {
      const expected = await embedChecked(e, TEXTS);
      const answers = await Promise.all(TEXTS.map((text) => e.embed([text, "something else"])));
      ensureSame(
        expected,
        answers.map((vectors) => at(vectors, 0)),
      );
    });

    test("does not hand out a vector that it uses again", async (e) => {
      const [first] = await embedChecked(e, ["", at(TEXTS, 0)]);
      first?.fill(7);
      await embedChecked(e, ["", at(TEXTS, 0)]);
    });

    runner.it("rejects calls after close, where it can be closed", async () => {
      const other = await open();
      if (other.close === undefined) return;
      await other.close();
      const rejected = await other.embed(["late"]).then(
        () => false,
        () => true,
      );
      ensure(rejected, "embed after close resolved");
    });
  });
}

async function embedChecked(embedder: Embedder, texts: readonly string[]): Promise<Float32Array[]> {
  const vectors = await embedder.embed(texts);
  ensure(vectors.length === texts.length, `${texts.length} texts gave ${vectors.length} vectors`);
  for (const [i, vector] of vectors.entries()) {
    const what = `vector ${i}`;
    ensure(vector instanceof Float32Array, `${what} is no Float32Array`);
    ensure(vector.length === embedder.dims, `${what} has ${vector.length} numbers instead of ${embedder.dims}`);
    ensure(vector.every(Number.isFinite), `${what} is not finite`);
    const norm = Math.hypot(...vector);
    ensure(Math.abs(norm - 1) <= UNIT, `${what} has length ${norm}`);
  }
  return vectors;
}

function ensureSame(expected: readonly Float32Array[], actual: readonly Float32Array[]): void {
  for (const [i, vector] of expected.entries()) {
    const apart = distance(vector, at(actual, i));
    ensure(apart <= SAME, `vector ${i} is ${apart} away from what it was`);
  }
}

/** Largest difference on any axis. */
function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - at(b, i))), 0);
}

function at<T>(list: ArrayLike<T | undefined>, index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`there is no entry ${index}`);
  return value;
}
