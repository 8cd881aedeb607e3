/** Id under which the model is kept: `.cache/test-model/keepsake/tiny-reranker`. */
export const TEST_RERANKER_ID: string;

/** Writes the test cross-encoder's five files below `dir`. */
export function makeTestReranker(dir: string): Promise<{ dir: string; files: { path: string; bytes: number }[] }>;
