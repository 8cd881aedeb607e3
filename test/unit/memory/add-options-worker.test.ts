/** Every option of add over the worker's protocol, by the names that the inline engine proves it under. */
import { describe, expect, it } from "vitest";
import { openMemory, useWorkerEngine } from "./fixtures.ts";

useWorkerEngine();

describe("over the worker engine", async () => {
  it("is where these memories live", async () => {
    expect((await openMemory().info()).engine).toBe("worker");
  });

  await import("./add-options.test.ts");
  await import("./structured-data.test.ts");
  await import("./rehearsal.test.ts");
});
