/** Retrieval metrics of one question. */

/**
 * @param {Set<string>[]} ranked for each result, best first, the turns it covers
 * @param {string[]} evidence the turns that answer the question
 * @param {number} relevant how many stored texts cover one of them
 */
export function measure(ranked, evidence, relevant, k = 10) {
  const top = ranked.slice(0, k);
  const found = evidence.filter((turn) => top.some((covered) => covered.has(turn)));
  const gains = top.map((covered) => (evidence.some((turn) => covered.has(turn)) ? 1 : 0));
  const ideal = Array.from({ length: Math.min(relevant, k) }, () => 1);
  return {
    recall: found.length / evidence.length,
    ndcg: ideal.length === 0 ? 0 : discounted(gains) / discounted(ideal),
  };
}

function discounted(gains) {
  return gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
