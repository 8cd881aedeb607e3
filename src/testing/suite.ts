/** What the conformance suites need of a test runner, and their assertions, so that they run under any. */
import { canonicalJSON } from "../text/canonical-json.ts";

/** Those of vitest, jest and mocha fit. */
export interface SuiteRunner {
  describe: (name: string, body: () => void) => void;
  it: (name: string, body: () => Promise<void>) => void;
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Equal as JSON, keys in any order. */
export function ensureEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [canonicalJSON(actual), canonicalJSON(expected)];
  if (found !== wanted) throw new Error(`${what}: expected ${wanted}, got ${found}`);
}

/** Rejects with an error of this code. */
export async function ensureRejects(promise: Promise<unknown>, code: string): Promise<void> {
  try {
    await promise;
  } catch (error) {
    const found = error instanceof Object && "code" in error ? error.code : String(error);
    if (found !== code) throw new Error(`expected an error of code ${code}, got ${String(found)}`, { cause: error });
    return;
  }
  throw new Error(`expected an error of code ${code}, but it resolved`);
}
