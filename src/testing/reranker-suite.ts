/** What every Reranker promises, as tests: run it on yours. */
import type { Reranker } from "../rerank/types.ts";
import { ensure, type SuiteRunner } from "./suite.ts";

const QUERY = "What does the user drink in the morning?";
const DOCUMENTS = [
  "User drinks black coffee in the morning",
  "User lives in Berlin and works as a nurse",
  "No",
  "我喜欢绿茶",
  "User does not eat meat, fish or eggs; she drinks oat milk, and on Sundays she bakes bread for her neighbors.",
];
/** Batches are padded, so the last bits of a float may differ; a model that is asked twice may differ more. */
const SAME = 1e-3;

/**
 * Declares the conformance tests of a reranker.
 * @param open makes the reranker; called once, one serves all tests
 *
 * @example
 * rerankerSuite("my reranker", async () => myReranker, { describe, it });
 */
export function rerankerSuite(name: string, open: () => Promise<Reranker>, { describe, it }: SuiteRunner): void {
  let opened: Promise<Reranker> | undefined;
  const score = async (query: string, documents: string[], signal = new AbortController().signal) => {
    const reranker = await (opened ??= open());
    const scores = await reranker({ query, documents, signal });
    ensure(scores.length === documents.length, `${documents.length} documents gave ${scores.length} scores`);
    for (const [i, value] of scores.entries()) ensure(Number.isFinite(value), `score ${i} is ${value}`);
    return scores;
  };

  describe(`${name} keeps the contract of a Reranker`, () => {
    it("gives one finite score per document, the greatest to the one that answers", async () => {
      const scores = await score(QUERY, DOCUMENTS);
      ensure(scores[0] === Math.max(...scores), `the answer has ${scores[0]}, the best ${Math.max(...scores)}`);
    });

    it("keeps the order of the documents", async () => {
      const forwards = await score(QUERY, DOCUMENTS);
      const backwards = (await score(QUERY, DOCUMENTS.toReversed())).toReversed();
      for (const [i, value] of forwards.entries()) {
        const apart = Math.abs(value - (backwards[i] ?? Number.NaN));
        ensure(apart <= SAME, `document ${i} has ${value}, and ${backwards[i]} in the other order`);
      }
    });

    it("takes one document, and many", async () => {
      await score(QUERY, DOCUMENTS.slice(0, 1));
      await score(
        QUERY,
        Array.from({ length: 40 }, (_, i) => `User likes drink ${i}`),
      );
    });

    it("takes texts far beyond any window, emoji, control characters and the same text twice", async () => {
      await score("tea ".repeat(3_000), ["tea. ".repeat(5_000), "\u0000\u0007", "👩‍👩‍👧‍👦🎉", "tea", "tea"]);
    });

    it("answers calls made at the same time, each with its own scores", async () => {
      const expected = await score(QUERY, DOCUMENTS);
      const answers = await Promise.all([1, 2, 3].map((count) => score(QUERY, DOCUMENTS.slice(0, count))));
      for (const answer of answers) {
        for (const [i, value] of answer.entries()) {
          ensure(Math.abs(value - expected[i]!) <= SAME, `document ${i} has ${value} instead of ${expected[i]}`);
        }
      }
    });

    it("rejects with the signal's reason when it is aborted", async () => {
      const reason = new Error("enough");
      const thrown = await score(QUERY, DOCUMENTS, AbortSignal.abort(reason)).then(
        () => null,
        (error: unknown) => error,
      );
      ensure(thrown === reason, "an aborted call did not reject with the signal's reason");
    });
  });
}
