import { expect, it } from "vitest";
import { loadPart, partLoader } from "../../src/load-part.ts";

it("a part is loaded once", async () => {
  let loads = 0;
  const load = partLoader(async () => ({ loads: ++loads }));
  expect(await Promise.all([load(), load()])).toEqual([{ loads: 1 }, { loads: 1 }]);
  expect(await load()).toEqual({ loads: 1 });
});

it("a part that could not be loaded is asked for again by the next call", async () => {
  const replies = [Promise.reject(new TypeError("Failed to fetch")), Promise.resolve("there")];
  const load = partLoader(() => replies.shift()!);
  await expect(load()).rejects.toMatchObject({ name: "EngineError", code: "engine_start" });
  expect(await load()).toBe("there");
});

it("a part that could not be loaded fails with an error of ours that keeps the cause", async () => {
  const cause = new TypeError("Failed to fetch");
  await expect(loadPart(() => Promise.reject(cause))).rejects.toMatchObject({ code: "engine_start", cause });
});
