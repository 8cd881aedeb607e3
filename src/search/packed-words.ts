/** A keyword index as columns of numbers, from which it is made again without looking at a text. */
import { KeywordIndex, type IndexedText, type Tokenize } from "./keyword-index.ts";
import { countAt, PostingLists, type Postings, type PostingSource } from "./postings.ts";

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

/**
 * The index that was packed: it ranks as that one does, to the last bit. Lists are made when they are first asked
 * for: a search asks for a few of ten thousands.
 * @param words as a {@link WordPacker} gave them; kept
 */
export function unpackWords(tokenize: Tokenize, words: PackedWords): KeywordIndex {
  const numbers = new Map<string, number>();
  for (let term = 0; term < words.terms.length; term += 1) numbers.set(words.terms[term] as string, term);
  const own = new PostingLists(new PackedLists(numbers, words.own));
  const cues = new PostingLists(new PackedLists(numbers, words.cues));
  const lists = { own, cues };
  const texts = Array.from(words.labels, (_, at): IndexedText => new PackedText(words, lists, at));
  return new KeywordIndex(tokenize, { ...lists, texts });
}

class PackedText implements IndexedText {
  readonly label: number;
  readonly place: number;
  readonly length: number;
  readonly cueLength: number;
  readonly #words: PackedWords;
  readonly #lists: { own: PostingLists; cues: PostingLists };
  readonly #at: number;

  constructor(words: PackedWords, lists: { own: PostingLists; cues: PostingLists }, at: number) {
    this.#words = words;
    this.#lists = lists;
    this.#at = at;
    this.label = words.labels[at] as number;
    this.place = words.places[at] as number;
    this.length = lengthAt(words.own, at);
    this.cueLength = lengthAt(words.cues, at);
  }

  get names(): string[] {
    return this.#terms(this.#words.names);
  }

  get own(): Postings[] {
    return this.#terms(this.#words.own).map((term) => this.#lists.own.open(term));
  }

  get cues(): Postings[] {
    return this.#terms(this.#words.cues).map((term) => this.#lists.cues.open(term));
  }

  #terms({ ends, terms }: TermLists): string[] {
    const [start, end] = [startOf(ends, this.#at), ends[this.#at] as number];
    const found: string[] = [];
    for (let i = start; i < end; i += 1) found.push(this.#words.terms[terms[i] as number] as string);
    return found;
  }
}

/** Number of terms of a text, repeats included. */
function lengthAt({ ends, counts }: TermLists, at: number): number {
  let length = 0;
  for (let i = startOf(ends, at); i < (ends[at] as number); i += 1) length += counts[i] as number;
  return length;
}

function startOf(ends: Uint32Array, at: number): number {
  return at === 0 ? 0 : (ends[at - 1] as number);
}

/** The lists of texts turned round: by term, the slots of its texts. A text's slot is its place among the packed. */
class PackedLists implements PostingSource {
  /** The number of each term. */
  readonly #terms: ReadonlyMap<string, number>;
  /** By number of the term: where its slots end. They begin where those of the term before end. */
  readonly #ends: Uint32Array;
  /** By term, and ascending within it. */
  readonly #slots: Uint32Array;
  readonly #weights: Uint32Array;
  readonly #isTaken: Uint8Array;

  constructor(numbers: ReadonlyMap<string, number>, { ends, terms, counts }: TermLists) {
    const next = startsOf(numbers.size, terms);
    this.#terms = numbers;
    this.#slots = new Uint32Array(terms.length);
    this.#weights = new Uint32Array(terms.length);
    this.#isTaken = new Uint8Array(numbers.size);
    for (let slot = 0, i = 0; slot < ends.length; slot += 1) {
      for (; i < (ends[slot] as number); i += 1) {
        const at = next[terms[i] as number]!++;
        this.#slots[at] = slot;
        this.#weights[at] = counts[i] as number;
      }
    }
    // Every list is full: where the next would go is where it ends.
    this.#ends = next;
  }

  take(name: string): Postings | undefined {
    const term = this.#terms.get(name);
    if (term === undefined || this.#isTaken[term] === 1) return undefined;
    const [start, end] = [startOf(this.#ends, term), this.#ends[term] as number];
    if (start === end) return undefined;
    this.#isTaken[term] = 1;
    const [slots, weights] = [this.#slots.subarray(start, end), this.#weights.subarray(start, end)];
    return { term: name, slots: Array.from(slots), weights: Array.from(weights) };
  }
}

/** Where the entries of each term begin, once they are sorted by term. */
function startsOf(count: number, terms: Uint32Array): Uint32Array {
  const starts = new Uint32Array(count);
  for (let i = 0; i < terms.length; i += 1) starts[terms[i] as number]! += 1;
  let start = 0;
  for (let term = 0; term < count; term += 1) {
    const size = starts[term] as number;
    starts[term] = start;
    start += size;
  }
  return starts;
}
