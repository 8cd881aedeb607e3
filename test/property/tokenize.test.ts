import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStopWord, tokenize, words } from "../../src/text/tokenize.ts";

/** An ideographic space: not ASCII and not a word, so it sends a text down the Segmenter path unchanged. */
const SEGMENTED = "\u3000";

const ascii = fc.string({ unit: "binary-ascii", maxLength: 60 });
/** Word-like ASCII with the marks that may or may not join: where the two paths could differ. */
const joined = fc
  .array(
    fc.constantFrom("a", "b", "t", "n", "x1", "1", "000", "don", "ca", "'", ".", ",", ":", ";", "_", "-", "@", " "),
    {
      maxLength: 14,
    },
  )
  .map((parts) => parts.join(""));
const english = fc
  .array(
    fc.constantFrom(
      "I",
      "don't",
      "can't",
      "like",
      "the",
      "U.S.A.",
      "3.14",
      "1,000",
      "user's",
      "e-mail",
      "cats,",
      "b2b",
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(" "));
/** Any UTF-16 at all, lone surrogates included. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
);

describe("tokenize, for any text", () => {
  it("finds the same words in ASCII text by the fast path as by the Segmenter", () => {
    fc.assert(
      fc.property(fc.oneof(ascii, joined, english), (text) => {
        expect(words(text)).toEqual(words(text + SEGMENTED));
        expect(tokenize(text)).toEqual(tokenize(text + SEGMENTED));
      }),
      { numRuns: 3000 },
    );
  });

  it("never throws, and gives no empty word, no white space and no upper case", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const word of [...words(text), ...tokenize(text)]) {
          expect(word).toMatch(/^\S+$/);
          expect(word).toBe(word.toLowerCase());
          expect(word.isWellFormed?.() ?? true).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("is indifferent to case and to the normalization form", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("Zürich", "l'Ananas", "Crème Brûlée", "絵文字が", "한국어를", "Ελλάδα", "Straße"),
        (text) => {
          expect(tokenize(text.normalize("NFD"))).toEqual(tokenize(text.normalize("NFC")));
          expect(words(text.toLowerCase())).toEqual(words(text));
        },
      ),
    );
  });

  it("keeps stop words only where there is nothing else", () => {
    fc.assert(
      fc.property(english, (text) => {
        const content = words(text).filter((word) => !isStopWord(word));
        expect(tokenize(text)).toHaveLength(content.length > 0 ? content.length : words(text).length);
      }),
    );
  });

  it("gives the words of two texts side by side as the words of both", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(words(`${a}\n\n${b}`)).toEqual([...words(a), ...words(b)]);
      }),
      { numRuns: 500 },
    );
  });
});
