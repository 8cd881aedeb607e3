/** Texts for the benchmark of whole memories: a statement of its own for every number, the same for every system. */
const TOPICS = ["tea", "chess", "Hamburg", "jazz", "cycling", "bread", "the sea", "Tolstoy", "gardens", "trains"];
const VERBS = ["likes", "reads about", "dislikes", "talks about", "plans", "remembers", "paints", "studies"];

/** @param {number} n */
export function statement(n) {
  return `User ${VERBS[n % VERBS.length]} ${TOPICS[(n * 7) % TOPICS.length]} number ${n} with friend ${(n * 31) % 997}`;
}

/** Statements from `start` up to `end`. */
export function statements(start, end) {
  return Array.from({ length: end - start }, (_, i) => statement(start + i));
}

/** Questions, none of which is a statement word for word. */
export function question(n) {
  return `Who ${VERBS[(n * 3) % VERBS.length]} ${TOPICS[(n * 7) % TOPICS.length]} with friend ${(n * 31) % 997}?`;
}
