/** A checksum against damage, not against attackers. Sync and in plain JS: `crypto.subtle` is missing on insecure pages. */

/**
 * Two lanes of murmur3-like mixing over little-endian 32-bit words.
 *
 * Why one damaged byte is always noticed: `lane = rotate(lane ^ scramble(word)) * 5 + c` is a bijection of the
 * word for a fixed lane (scramble multiplies by odd numbers and rotates) and of the lane for a fixed word. Damage
 * within one word therefore changes the lane there, and every equal word after it maps different lanes to
 * different lanes, up to the end. Wider damage passes with a chance of some 2⁻⁶⁴: the lanes use other constants.
 * Plain FNV over words would not do: two flipped sign bits cancel each other, because nothing moves the top bit.
 */
export class Checksum {
  #a = 0x9747b28c;
  #b = 0x3c6ef372;

  /** Words in order. How they are cut into calls does not matter. */
  add(words: Uint32Array): void {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < words.length; i += 1) {
      const word = words[i] as number;
      a ^= Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
      a = (Math.imul(rotate(a, 13), 5) + 0xe6546b64) | 0;
      b ^= Math.imul(rotate(Math.imul(word, 0x239b961b), 16), 0xab0e9789);
      b = (Math.imul(rotate(b, 19), 5) + 0x561ccd1b) | 0;
    }
    this.#a = a;
    this.#b = b;
  }

  /** Both lanes, as unsigned 32-bit numbers. */
  value(): [number, number] {
    return [this.#a >>> 0, this.#b >>> 0];
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
