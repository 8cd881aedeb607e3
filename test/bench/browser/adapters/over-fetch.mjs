/** How far beyond the expected place of the last hit we ask. Farther costs more, nearer loses more. */
const MARGIN = 1.5;

/**
 * For a library without filters: asks for more and leaves out what is not allowed.
 * @param {(topK: number) => Promise<number[]> | number[]} ask labels, best first
 * @param {number} size rows held
 */
export async function overFetch(ask, topK, filter, size) {
  if (filter === undefined) return ask(topK);
  const labels = await ask(Math.min(size, Math.ceil((MARGIN * topK * 100) / filter.percent)));
  return labels.filter((label) => filter.has(label)).slice(0, topK);
}
