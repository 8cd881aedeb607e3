/** Texts as models like them: bounded, well-formed, and in batches of similar length. */

/** Texts per inference. Larger batches gain nothing per text (measured) and hold the queue longer. */
const BATCH_TEXTS = 16;
/**
 * Characters per batch, padding included (about 2k tokens). Attention memory grows with texts × tokens²:
 * 16 texts of 512 tokens would take 200 MB per layer of a MiniLM.
 */
const BATCH_CHARS = 8192;
/** Characters of a text that are looked at. 512 tokens, the usual window, are some 2,500. */
const TEXT_CHARS = 16_384;

/** Bounded in length and free of lone surrogates, which tokenizers do not expect. */
export function presentable(text: string): string {
  return text.slice(0, TEXT_CHARS).replace(/[\ud800-\udfff]/gu, " ");
}

/** Indexes of the texts that are not blank, in batches of similar length: a batch is padded to its longest. */
export function batches(texts: readonly string[]): number[][] {
  const lengthOf = (index: number): number => (texts[index] as string).length;
  const order = [...texts.keys()].filter((index) => /\S/.test(texts[index] as string));
  order.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  const out: number[][] = [];
  let batch: number[] = [];
  for (const index of order) {
    // In ascending order, the text to come is the longest of its batch.
    if (batch.length === BATCH_TEXTS || (batch.length + 1) * lengthOf(index) > BATCH_CHARS) {
      if (batch.length > 0) out.push(batch);
      batch = [];
    }
    batch.push(index);
  }
  if (batch.length > 0) out.push(batch);
  return out;
}
