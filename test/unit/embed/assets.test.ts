import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTestModel } from "../../../scripts/make-test-model.mjs";

const CLI = resolve("bin/keepsake-assets.mjs");
const run = (cwd: string, ...args: string[]) => promisify(execFile)(process.execPath, [CLI, ...args], { cwd });

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "keepsake-assets-"));
});
afterAll(() => rm(dir, { recursive: true }));

async function install(app: string, name: string, files: Record<string, string>): Promise<void> {
  const root = join(app, "node_modules", name);
  for (const [path, content] of Object.entries({
    "package.json": JSON.stringify({ name, main: "index.js" }),
    "index.js": "",
    ...files,
  })) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

describe("npx keepsake-assets", () => {
  it("copies the runtime of @xenova/transformers and says what and how much", async () => {
    const app = join(dir, "xenova");
    await install(app, "@xenova/transformers", { "dist/ort-wasm-simd.wasm": "1234", "dist/transformers.js": "" });
    const { stdout } = await run(app, "public/ort");
    expect(await readdir(join(app, "public/ort"))).toEqual(["ort-wasm-simd.wasm"]);
    expect(stdout).toMatch(/ort-wasm-simd\.wasm {2}4 bytes/);
  });

  it("copies what version 4 of @huggingface/transformers asks for, and not the 27 MB it does not", async () => {
    const app = join(dir, "hf");
    await install(app, "@huggingface/transformers", {});
    await install(app, "onnxruntime-web", {
      "dist/ort-wasm-simd-threaded.asyncify.mjs": "1",
      "dist/ort-wasm-simd-threaded.asyncify.wasm": "22",
      "dist/ort-wasm-simd-threaded.jsep.wasm": "333",
    });
    await run(app, "ort");
    expect((await readdir(join(app, "ort"))).toSorted()).toEqual([
      "ort-wasm-simd-threaded.asyncify.mjs",
      "ort-wasm-simd-threaded.asyncify.wasm",
    ]);
  });

  it("fails with what to install where neither package is there", async () => {
    await expect(run(dir, "ort")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("npm install @xenova/transformers"),
    });
  });

  it("fails with its usage where no folder is named", async () => {
    await expect(run(dir)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("Usage") });
  });
});

describe("the test model", () => {
  it("is the same, byte for byte, every time", async () => {
    const [a, b] = [join(dir, "a"), join(dir, "b")];
    const { files } = await makeTestModel(a);
    await makeTestModel(b);
    expect(files.map(({ path }) => path)).toContain("onnx/model_quantized.onnx");
    for (const { path, bytes } of files) {
      const content = await readFile(join(a, path));
      expect(content.length).toBe(bytes);
      expect(content.equals(await readFile(join(b, path)))).toBe(true);
    }
  });
});
