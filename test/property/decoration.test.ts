/** Silence is worse than an echo: whatever a line says beside a memory, it is read. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CUT, isDecoration } from "../../src/add/decoration.ts";

const RUNS = Number(process.env["KEEPSAKE_RUNS"] ?? 500);

const signs = fc.string({ unit: fc.constantFrom(..." -*>:;.,!|`'_=/\\)]}0123456789".split(""), CUT), maxLength: 12 });
/** Words that take a statement back, or add to it; in any language. */
const word = fc.constantFrom(
  "not",
  "hate",
  "no longer",
  "wrong",
  "except",
  "only",
  "bonn",
  "mg",
  "nicht",
  "пока",
  "不",
);

test("a line with a word of its own is no decoration, wherever it stands", () => {
  fc.assert(
    fc.property(signs, word, signs, signs, (before, own, between, after) => {
      expect(isDecoration(`${before} ${own} ${between}${CUT}${after}`)).toBe(false);
      expect(isDecoration(`${before}${CUT}${between} ${own} ${after}`)).toBe(false);
    }),
    { numRuns: RUNS },
  );
});

test("nor is one that goes on with a number: the memory may have been about another one", () => {
  fc.assert(
    fc.property(fc.constantFrom(" ", ", ", " - ", ": ", "."), fc.nat(), (separator, number) => {
      expect(isDecoration(`- ${CUT}${separator}${number}`)).toBe(false);
    }),
    { numRuns: RUNS },
  );
});

test("signs alone are decoration where nothing but the memory is said", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..." -*>:;.,!`'_"), maxLength: 12 }), (around) => {
      expect(isDecoration(`${around}${CUT}${around}`)).toBe(true);
    }),
    { numRuns: RUNS },
  );
});
