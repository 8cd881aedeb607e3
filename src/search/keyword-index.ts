/**
 * The words of one scope: an inverted index. There is one per scope and a search spans several, so that its
 * statistics are over exactly the memories it may see: what other scopes hold can neither be found nor change a
 * score (INV-8). The ranking is in keyword-search.ts.
 */
import { words } from "../text/tokenize.ts";
import { countAt, PostingLists, type Postings } from "./postings.ts";
import { addWeight, CUE, Timeline, type Weights } from "./timeline.ts";

/** Content terms of a text, in order, repeats included. The same function for every index of a search. */
export type Tokenize = (text: string) => string[];

/** What is known about a text beside its words. */
export interface TextContext {
  /** Its position among the texts of the scope: any number that stays with it. @default the label */
  place?: number;
  /** Words of the message it was drawn from. */
  cues?: string;
  /** The name of whom it is by or about, or words of it. */
  names?: readonly string[];
}

/** A text, as far as it is kept. */
export interface IndexedText {
  readonly label: number;
  readonly place: number;
  readonly length: number;
  readonly cueLength: number;
  readonly names: readonly string[];
  /** Makes a removal independent of the text. */
  readonly own: readonly Postings[];
  readonly cues: readonly Postings[];
}

/** What an index begins with: texts by slot, and the lists that they are in. Taken over. */
export interface IndexContents {
  own: PostingLists;
  cues: PostingLists;
  texts: IndexedText[];
}

/** The texts of one scope. Slots are dense inside: labels may be sparse, and nothing is left of what was removed. */
export class KeywordIndex {
  readonly tokenize: Tokenize;
  readonly #own: PostingLists;
  readonly #cues: PostingLists;
  /** How many texts begin with a name, by each of its words, which are not stemmed. */
  readonly #names = new Map<string, number>();
  readonly #slots = new Map<number, number>();
  readonly #texts: IndexedText[];
  #totalLength = 0;
  #version = 0;
  /** Null where a change has made it stale. */
  #timeline: Timeline | null = null;

  constructor(
    tokenize: Tokenize,
    { own, cues, texts }: IndexContents = { own: new PostingLists(), cues: new PostingLists(), texts: [] },
  ) {
    this.tokenize = tokenize;
    this.#own = own;
    this.#cues = cues;
    this.#texts = texts;
    for (const [slot, text] of texts.entries()) this.#note(slot, text);
  }

  /** Number of labels held, those with an empty text included. */
  get size(): number {
    return this.#texts.length;
  }

  /** Number of terms over all texts, repeats included. */
  get totalLength(): number {
    return this.#totalLength;
  }

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  /** Who stands next to whom, as of now. */
  get timeline(): Timeline {
    return (this.#timeline ??= new Timeline(this.#texts));
  }

  /** Number of labels whose text contains the term. */
  documentFrequency(term: string): number {
    return this.#own.get(term)?.slots.length ?? 0;
  }

  /** The different terms of a label's text, by first occurrence; empty for an unknown label. */
  terms(label: number): string[] {
    return this.textOf(label)?.own.map(({ term }) => term) ?? [];
  }

  /** Number of labels that are by or about someone whose name has the word. */
  nameFrequency(word: string): number {
    return this.#names.get(word) ?? 0;
  }

  /** Whether the label is by or about someone whose name has one of the words. */
  isNamed(label: number, words: ReadonlySet<string>): boolean {
    return this.textOf(label)?.names.some((name) => words.has(name)) ?? false;
  }

  /**
   * Insert, or replace what the label held.
   * @param label any number that identifies the text within this index
   */
  set(label: number, text: string, context: TextContext = {}): void {
    // First of all, so that a tokenizer that throws leaves the index as it was.
    const terms = this.tokenize(text);
    const said = new Set(terms);
    const cues = context.cues === undefined ? [] : this.tokenize(context.cues).filter((term) => !said.has(term));
    const names = [...new Set((context.names ?? []).flatMap(words))];
    this.remove(label);
    this.#version += 1;
    const slot = this.#texts.length;
    const own = this.#own.add(slot, terms);
    const lengths = { length: terms.length, cueLength: cues.length };
    const place = context.place ?? label;
    const held = { label, place, ...lengths, names, own, cues: this.#cues.add(slot, cues) };
    this.#texts.push(held);
    this.#note(slot, held);
    if (this.#timeline?.append(this.#texts) === false) this.#timeline = null;
  }

  /** Forget a label. Unknown labels are ignored. */
  remove(label: number): void {
    const slot = this.slotOf(label);
    const text = this.#texts[slot];
    if (text === undefined) return;
    this.#version += 1;
    this.#own.remove(slot, text.own);
    this.#cues.remove(slot, text.cues);
    for (const name of text.names) {
      const left = this.nameFrequency(name) - 1;
      if (left === 0) this.#names.delete(name);
      else this.#names.set(name, left);
    }
    this.#totalLength -= text.length;
    this.#slots.delete(label);
    this.#closeGap(slot);
    this.#timeline = null;
  }

  /** Calls with every slot whose text contains the term, and how often. */
  forOwn(term: string, visit: (slot: number, count: number) => void): void {
    visitAll(this.#own.get(term), visit);
  }

  /**
   * Adds up what the texts have of a term, in tenths: those that contain it, were drawn from a message that contains it,
   * or stand next to a text that does.
   */
  spread(term: string, weights: Weights): void {
    const own = this.#own.get(term);
    if (own !== undefined) this.timeline.spread(own, weights);
    visitAll(this.#cues.get(term), (slot, count) => addWeight(weights, slot, CUE * count));
  }

  /** How often the text at a slot contains the term itself. */
  countAt(slot: number, term: string): number {
    const postings = this.#own.get(term);
    return postings === undefined ? 0 : countAt(postings, slot);
  }

  /** Number of terms of the text at a slot. */
  lengthAt(slot: number): number {
    return this.#texts[slot]?.length ?? 0;
  }

  /** Labels and places by slot; slots are given anew with every change. */
  labelAt(slot: number): number {
    return this.#texts[slot]?.label ?? -1;
  }

  placeAt(slot: number): number {
    return this.#texts[slot]?.place ?? -1;
  }

  /** −1 where the label is not held. */
  slotOf(label: number): number {
    return this.#slots.get(label) ?? -1;
  }

  textOf(label: number): IndexedText | undefined {
    return this.#texts[this.slotOf(label)];
  }

  #note(slot: number, { label, length, names }: IndexedText): void {
    this.#slots.set(label, slot);
    this.#totalLength += length;
    for (const name of names) this.#names.set(name, this.nameFrequency(name) + 1);
  }

  /** Keeps the slots dense: the last text moves into the gap. */
  #closeGap(gap: number): void {
    const last = this.#texts.length - 1;
    const text = this.#texts.pop();
    if (gap === last || text === undefined) return;
    this.#own.move(last, gap, text.own);
    this.#cues.move(last, gap, text.cues);
    this.#slots.set(text.label, gap);
    this.#texts[gap] = text;
  }
}

function visitAll(postings: Postings | undefined, visit: (slot: number, count: number) => void): void {
  if (postings === undefined) return;
  const { slots, weights } = postings;
  for (let i = 0; i < slots.length; i++) visit(slots[i] as number, weights[i] as number);
}
