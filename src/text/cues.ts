/**
 * Cues: the words of the message that a memory was drawn from, so that it is also found by what was really said.
 * "User joined a choir" came from "I finally sing again, on Thursdays in St. Mary's", and that is what one asks for.
 */
import { contentTerms, isStopWord, words } from "./tokenize.ts";

/** Long messages are taken apart: of a page, only the lines around the fact are about it. In content words. */
const PIECE_LENGTH = 50;

interface Piece {
  message: number;
  words: readonly string[];
  terms: ReadonlySet<string>;
}

/**
 * Prepares to find the cues of facts that were extracted from these messages.
 * @returns for a fact the words of the piece of a message that shares most with it, weighted by rarity, without those the
 * fact has itself; undefined where nothing is shared or nothing is left. `among` names the messages to look in.
 */
export function cueFinder(
  messages: readonly string[],
): (fact: string, among?: readonly number[]) => string | undefined {
  const pieces = messages.flatMap(piecesOf);
  const frequencies = new Map<string, number>();
  for (const { terms } of pieces) for (const term of terms) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  const rarity = (term: string): number => Math.log(1 + pieces.length / (frequencies.get(term) ?? 1));
  return (fact, among) => {
    const said = new Set(contentTerms(words(fact)));
    const eligible = among === undefined ? pieces : pieces.filter(({ message }) => among.includes(message));
    const piece = eligible.length === 1 ? eligible[0] : closest(eligible, said, rarity);
    const cues = piece?.words.filter((word) => !said.has(termOf(word))) ?? [];
    return cues.length === 0 ? undefined : cues.join(" ");
  };
}

function piecesOf(text: string, message: number): Piece[] {
  const content = [...new Set(words(text))].filter((word) => !isStopWord(word));
  const pieces: Piece[] = [];
  for (let start = 0; start < content.length; start += PIECE_LENGTH) {
    const part = content.slice(start, start + PIECE_LENGTH);
    pieces.push({ message, words: part, terms: new Set(part.map(termOf)) });
  }
  return pieces;
}

/** The first of those that share most; undefined where none shares anything. */
function closest(
  pieces: readonly Piece[],
  said: ReadonlySet<string>,
  rarity: (term: string) => number,
): Piece | undefined {
  let best: Piece | undefined;
  let most = 0;
  for (const piece of pieces) {
    let shared = 0;
    for (const term of said) if (piece.terms.has(term)) shared += rarity(term);
    if (shared > most) [best, most] = [piece, shared];
  }
  return best;
}

function termOf(word: string): string {
  return contentTerms([word])[0] ?? word;
}
