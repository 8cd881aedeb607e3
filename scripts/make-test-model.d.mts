/** Id under which the model is kept: `.cache/test-model/keepsake/tiny`. */
export const TEST_MODEL_ID: string;

/** Writes the test model's five files below `dir`. `dims`: length of the vectors, default 64. */
export function makeTestModel(
  dir: string,
  options?: { dims?: number },
): Promise<{ dir: string; files: { path: string; bytes: number }[] }>;
