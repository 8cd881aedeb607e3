/** A keyword index as columns of numbers, from which it is made again without looking at a text. */
import { KeywordIndex, type IndexedText, type Tokenize } from "./keyword-index.ts";
import { countAt, PostingLists, type Postings } from "./postings.ts";

/** A list of terms per text, one after the other: which, and how often. */
export interface TermLists {
  /** Where each text's list ends. */
  ends: Uint32Array;
  /** Positions in {@link PackedWords.terms}. */
  terms: Uint32Array;
  counts: Uint32Array;
}

export interface PackedWords {
  /** Each once. */
  terms: string[];
  labels: Uint32Array;
  places: Float64Array;
  own: TermLists;
  cues: TermLists;
  /** Their counts mean nothing. */
  names: TermLists;
}

/** Packs texts one by one, so that it can be done in slices. */
export class WordPacker {
  readonly #terms = new Map<string, number>();
  readonly #labels: number[] = [];
  readonly #places: number[] = [];
  readonly #own = new ListPacker();
  readonly #cues = new ListPacker();
  readonly #names = new ListPacker();

  /** Packs what the index holds of a label; nothing, where it holds nothing. */
  add(index: KeywordIndex, label: number): void {
    const text = index.textOf(label);
    if (text === undefined) return;
    const slot = index.slotOf(label);
    this.#labels.push(label);
    this.#places.push(text.place);
    for (const list of text.own) this.#own.push(this.#numberOf(list.term), countAt(list, slot));
    for (const list of text.cues) this.#cues.push(this.#numberOf(list.term), countAt(list, slot));
    for (const name of text.names) this.#names.push(this.#numberOf(name), 1);
    for (const lists of [this.#own, this.#cues, this.#names]) lists.end();
  }

  packed(): PackedWords {
    return {
      terms: [...this.#terms.keys()],
      labels: new Uint32Array(this.#labels),
      places: new Float64Array(this.#places),
      own: this.#own.lists(),
      cues: this.#cues.lists(),
      names: this.#names.lists(),
    };
  }

  #numberOf(term: string): number {
    const known = this.#terms.get(term);
    if (known !== undefined) return known;
    this.#terms.set(term, this.#terms.size);
    return this.#terms.size - 1;
  }
}

class ListPacker {
  readonly #ends: number[] = [];
  readonly #terms: number[] = [];
  readonly #counts: number[] = [];

  push(term: number, count: number): void {
    this.#terms.push(term);
    this.#counts.push(count);
  }

  end(): void {
    this.#ends.push(this.#terms.length);
  }

  lists(): TermLists {
    const [ends, terms, counts] = [this.#ends, this.#terms, this.#counts];
    return { ends: new Uint32Array(ends), terms: new Uint32Array(terms), counts: new Uint32Array(counts) };
  }
}

/** The index that was packed: it ranks as that one does, to the last bit. @param words as a {@link WordPacker} gave them */
export function unpackWords(tokenize: Tokenize, words: PackedWords): KeywordIndex {
  const own = new ListReader(words.terms, words.own);
  const cues = new ListReader(words.terms, words.cues);
  const texts: IndexedText[] = [];
  for (const [slot, label] of words.labels.entries()) {
    const [said, heard] = [own.read(slot), cues.read(slot)];
    texts.push({
      label,
      place: words.places[slot] as number,
      length: said.length,
      cueLength: heard.length,
      names: namesAt(words, slot),
      own: said.lists,
      cues: heard.lists,
    });
  }
  return new KeywordIndex(tokenize, { own: own.postings, cues: cues.postings, texts });
}

function namesAt({ terms, names }: PackedWords, slot: number): string[] {
  const list = names.terms.subarray(slot === 0 ? 0 : names.ends[slot - 1], names.ends[slot]);
  return Array.from(list, (term) => terms[term] as string);
}

/** Fills posting lists from the lists of texts, which come in order of their slots. */
class ListReader {
  readonly postings = new PostingLists();
  readonly #terms: readonly string[];
  readonly #packed: TermLists;
  /** By position of the term: each is looked up once. */
  readonly #opened: (Postings | undefined)[] = [];
  #at = 0;

  constructor(terms: readonly string[], packed: TermLists) {
    this.#terms = terms;
    this.#packed = packed;
    this.#opened.length = terms.length;
  }

  /** @returns the lists that the text at this slot is in, and how many terms it has, repeats included */
  read(slot: number): { lists: Postings[]; length: number } {
    const { ends, terms, counts } = this.#packed;
    const end = ends[slot] as number;
    const lists: Postings[] = [];
    let length = 0;
    for (; this.#at < end; this.#at += 1) {
      const list = this.#open(terms[this.#at] as number);
      const count = counts[this.#at] as number;
      list.slots.push(slot);
      list.weights.push(count);
      lists.push(list);
      length += count;
    }
    return { lists, length };
  }

  #open(term: number): Postings {
    return (this.#opened[term] ??= this.postings.open(this.#terms[term] as string));
  }
}
