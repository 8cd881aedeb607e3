/** What makes two statements the same, and a hash of it for the index. */

/**
 * A statement without what does not change its meaning: case, spacing, compatibility forms and closing
 * punctuation. Accents stay: they distinguish words.
 */
export function normalizeStatement(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\s.!。！]+$/u, "");
}

/** Hash of the normalized statement. Compare texts where it matters. */
export function hashStatement(text: string): string {
  return hashText(normalizeStatement(text));
}

/** 64-bit hash (two FNV-1a lanes) of the text as it is, as 16 hex digits. */
export function hashText(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995) ^ (high >>> 15);
  }
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
