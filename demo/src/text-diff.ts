/** What changed between two texts, word by word: a longest common subsequence. */

export interface DiffPiece {
  kind: "same" | "removed" | "added";
  text: string;
}

/** Beyond so many table cells the texts are shown as replaced. */
const MAX_CELLS = 60_000;

export function diffWords(before: string, after: string): DiffPiece[] {
  const [a, b] = [words(before), words(after)];
  if (a.length * b.length > MAX_CELLS) {
    return [
      { kind: "removed", text: before },
      { kind: "added", text: after },
    ];
  }
  const lengths = commonLengths(a, b);
  const pieces: DiffPiece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      push(pieces, "same", left);
      [i, j] = [i + 1, j + 1];
    } else if (left !== undefined && (right === undefined || at(lengths, i + 1, j) >= at(lengths, i, j + 1))) {
      push(pieces, "removed", left);
      i++;
    } else {
      push(pieces, "added", right ?? "");
      j++;
    }
  }
  return pieces;
}

/** `lengths[i][j]`: how many words `a` from `i` and `b` from `j` have in common, in order. */
function commonLengths(a: string[], b: string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const longer = Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1));
      lengths[i]![j] = a[i] === b[j] ? at(lengths, i + 1, j + 1) + 1 : longer;
    }
  }
  return lengths;
}

function at(lengths: number[][], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

function push(pieces: DiffPiece[], kind: DiffPiece["kind"], word: string): void {
  const last = pieces.at(-1);
  if (last?.kind === kind) last.text += ` ${word}`;
  else pieces.push({ kind, text: word });
}
