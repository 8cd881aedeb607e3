/** Deterministic vectors for tests: the same seed gives the same numbers on every machine. */

/** Numbers in [0, 1), from a 32-bit seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The vector of length 1 in this direction; zeros stay zeros. */
export function unitVector(numbers: ArrayLike<number>): Float32Array {
  const vector = Float32Array.from(numbers);
  const length = Math.hypot(...vector) || 1;
  return vector.map((number) => number / length);
}

/**
 * Unit vectors around random centers, as embeddings of texts about a few subjects lie. Centers depend on
 * `clusters` and `dims` only, so that queries with another seed fall into the same clusters.
 */
export function clusteredVectors(options: {
  count: number;
  dims: number;
  clusters: number;
  seed: number;
  /** Length of the noise next to that of the center. @default 0.7 */
  noise?: number;
}): Float32Array[] {
  const { count, dims, clusters, noise = 0.7 } = options;
  const centers = directions(clusters, dims, randomFrom(clusters));
  const random = randomFrom(options.seed);
  return directions(count, dims, random).map((direction) => {
    const center = centers[Math.floor(random() * clusters)] as Float32Array;
    return unitVector(center.map((number, i) => number + noise * (direction[i] as number)));
  });
}

function directions(count: number, dims: number, random: () => number): Float32Array[] {
  // Sums of four uniforms are close enough to normal ones, whose directions are evenly spread.
  const number = (): number => random() + random() + random() + random() - 2;
  return Array.from({ length: count }, () => unitVector(Array.from({ length: dims }, number)));
}
