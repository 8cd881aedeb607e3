/** Answers the page's calls, one at a time. */
import { embeddingCases } from "./embedding-cases.mjs";
import { vectorCases } from "./vector-cases.mjs";

const methods = {
  ...vectorCases,
  ...embeddingCases,
  nothing() {},
  collectGarbage() {
    // What was freed by the first is finalized by the second.
    globalThis.gc?.();
    globalThis.gc?.();
  },
};

onmessage = async ({ data: { id, method, args } }) => {
  try {
    postMessage({ id, value: await methods[method](...args) });
  } catch (error) {
    postMessage({ id, error: error?.message ?? JSON.stringify(error) });
  }
};
postMessage({ id: "ready" });
