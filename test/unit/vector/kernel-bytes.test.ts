import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assemble } from "../../../scripts/wat-assembler.mjs";
import { kernelFile, TARGET } from "../../../scripts/build-kernel.mjs";
import { KERNEL_BASE64 } from "../../../src/vector/kernel-bytes.ts";

describe("the kernel's bytes", () => {
  it("are what its source gives: otherwise run npm run build", () => {
    expect(readFileSync(TARGET, "utf8")).toBe(kernelFile());
  });

  it("are few enough to be compiled synchronously on any thread", () => {
    expect(atob(KERNEL_BASE64).length).toBeLessThan(4_096);
  });

  it("come from an assembler that refuses what it does not know", () => {
    const module = (body: string): string => `(module (func (export "f") (param $a i32) ${body}))`;
    expect(WebAssembly.validate(assemble(module("")))).toBe(true);
    expect(() => assemble(module("i32.popcnt"))).toThrow("unknown instruction: i32.popcnt");
    expect(() => assemble(module("local.get $b"))).toThrow("unknown local: $b");
    expect(() => assemble(module("loop $x br_if $y end"))).toThrow("unknown label: $y");
    expect(() => assemble(module("(local $c f64)"))).toThrow("unknown type: f64");
    expect(() => assemble("(module")).toThrow("not closed");
  });
});
