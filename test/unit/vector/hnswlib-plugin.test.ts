// @vitest-environment node
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hnswlib, readGlue, transformHnswlib } from "../../../build/hnswlib-plugin.ts";
import { withoutNameSection } from "../../../build/wasm-sections.ts";

const published = readGlue();
const mended = transformHnswlib(published);

describe("the transform of hnswlib-wasm", () => {
  it("leaves no eval, no Function constructor, no fetch, no IndexedDB and no console in the text", () => {
    for (const pattern of [/newFunc\(Function/, /new Function/, /fetch\(/, /indexedDB/, /console\./]) {
      expect(published).toMatch(pattern);
      expect(mended).not.toMatch(pattern);
    }
    expect(mended).not.toMatch(/\beval\b/);
  });

  it("throws where an expected string is missing or elsewhere", () => {
    const renamed = published.replace("newFunc(Function, args1)", "make(Function, args1)");
    expect(() => transformHnswlib(renamed)).toThrow(/is not where it was/);
    expect(() => transformHnswlib(published.replace('var params = ["retType"];', ""))).toThrow(/exactly once/);
    expect(() => transformHnswlib(published.replace(/[A-Za-z0-9+/]{1000,}/, ""))).toThrow(/no embedded wasm/);
    expect(() => transformHnswlib("export default 1")).toThrow(/exactly once/);
  });

  it("throws where an expected string is there twice", () => {
    expect(() => transformHnswlib(`${published}\nunexportedSymbols.forEach(x)`)).toThrow(/exactly once/);
  });

  it("throws where another way to compile text has appeared", () => {
    expect(() => transformHnswlib(`${published}\nconst f = new Function("return 1")`)).toThrow(/left in the text/);
    expect(() => transformHnswlib(`${published}\neval("1")`)).toThrow(/left in the text/);
  });

  it("answers for virtual:hnswlib only", () => {
    const { resolveId, load } = hnswlib() as unknown as Record<"resolveId" | "load", (id: string) => unknown>;
    expect(resolveId("hnswlib-wasm")).toBeUndefined();
    expect(load("virtual:hnswlib")).toBeUndefined();
    const { code } = load(String(resolveId("virtual:hnswlib"))) as { code: string };
    expect(code.endsWith(mended)).toBe(true);
    // The licence wants its changes said where they are.
    expect(code.slice(0, -mended.length)).toMatch(/^\/\*! hnswlib-wasm 0\.8\.2, Apache-2\.0, modified/);
  });

  it("searches, filters and saves where no code may be made from strings, and plants nothing on globalThis", () => {
    const folder = mkdtempSync(join(tmpdir(), "keepsake-"));
    try {
      writeFileSync(join(folder, "hnswlib.mjs"), mended);
      writeFileSync(join(folder, "main.mjs"), PROGRAM);
      const args = ["--disallow-code-generation-from-strings", join(folder, "main.mjs")];
      const printed = execFileSync(process.execPath, args, { encoding: "utf8", stdio: "pipe" });
      expect(JSON.parse(printed)).toEqual({
        all: [5, 7],
        filtered: [7, 9],
        caught: "BindingError",
        savedBytes: 524,
        newGlobals: [],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the wasm without its name section", () => {
  it("is refused where there is none, or no wasm", () => {
    expect(() => withoutNameSection(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))).toThrow(/no name section/);
    expect(() => withoutNameSection(Uint8Array.of(1, 2, 3, 4))).toThrow(/not a wasm module/);
  });
});

/** Prints one JSON line and nothing else. */
const PROGRAM = `
import create from "./hnswlib.mjs";
const before = new Set(Object.getOwnPropertyNames(globalThis));
const lib = await create({});
const index = new lib.HierarchicalNSW("ip", 4, "");
index.initIndex(10, 16, 200, 100);
index.addPoint(new Float32Array([1, 0, 0, 0]), 5, false);
index.addPoint(new Float32Array([0, 1, 0, 0]), 7, false);
index.addPoint(new Float32Array([0, 0, 1, 0]), 9, false);
const query = new Float32Array([1, 0.5, 0, 0]);
let caught;
try { index.searchKnn(query); } catch (error) { caught = error.name; }
lib.FS.mkdir("/hnswlib-index");
try { index.writeIndex("x"); } catch (error) { lib.getExceptionMessage(error); }
console.log(JSON.stringify({
  all: index.searchKnn(query, 2, undefined).neighbors,
  filtered: index.searchKnn(query, 2, (label) => label !== 5).neighbors,
  caught,
  savedBytes: lib.FS.readFile("/hnswlib-index/x").length,
  newGlobals: Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name)),
}));
`;
