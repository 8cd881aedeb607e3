/** People and animals that belong to somebody: "User's sister Anna" names one, and a relation beside. */
import { normalizeName } from "./names.ts";

const SAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    mom: "mother",
    mum: "mother",
    dad: "father",
    kid: "child",
    baby: "child",
    coworker: "colleague",
    neighbour: "neighbor",
    flatmate: "roommate",
    housemate: "roommate",
    grandma: "grandmother",
    grandpa: "grandfather",
    puppy: "dog",
    kitten: "cat",
    fiancé: "fiance",
    fiancee: "fiance",
    fiancée: "fiance",
    girlfriend: "partner",
    boyfriend: "partner",
    wife: "spouse",
    husband: "spouse",
  }),
);

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

const PEOPLE = words(`
  sister brother sibling mother father parent son daughter child cousin aunt uncle niece nephew grandmother grandfather
  grandson granddaughter stepmother stepfather stepson stepdaughter mother-in-law father-in-law sister-in-law
  brother-in-law spouse partner fiance friend boss manager colleague mentor neighbor roommate teacher therapist
  ex ex-wife ex-husband
`);
const ANIMALS = words("dog cat pet horse rabbit parrot hamster bird");

/** Kin whose relation has a name of its own. */
const PREDICATES: ReadonlyMap<string, string> = new Map([
  ["spouse", "married_to"],
  ["fiance", "engaged_to"],
]);

const QUALIFIER = /^(?:older|younger|oldest|youngest|elder|little|big|twin|best|close|old|new|former|late|pet|half)$/;
const PHRASE =
  /^(.+)'s ((?:[\p{L}-]+ ){0,2}?[\p{L}-]+)(?: (\p{Lu}[\p{L}\p{M}\p{N}'.-]*(?: \p{Lu}[\p{L}\p{M}\p{N}'.-]*){0,2}))?$/u;

/** The kin that a word means, with synonyms as one ("mom" → "mother"); null for any other word. */
export function kinOf(word: string): string | null {
  const lower = word.toLowerCase();
  const kin = SAME.get(lower) ?? lower;
  return PEOPLE.has(kin) || ANIMALS.has(kin) ? kin : null;
}

/** The predicate for having such a kin: `has_sister`, `married_to`. */
export function kinPredicate(kin: string): string {
  return PREDICATES.get(kin) ?? `has_${kin.replaceAll("-", "_")}`;
}

export function isAnimal(kin: string): boolean {
  return ANIMALS.has(kin);
}

export interface KinPhrase {
  /** "User", or a phrase again: "User's sister". */
  owner: string;
  kin: string;
  /** The phrase without the name, normalized. */
  phrase: string;
  /** Who it is, where the phrase says so. */
  name: string | null;
}

/** Reads "User's (older) sister (Anna)", also "my sister Anna"; null for any other name. */
export function readKinPhrase(name: string): KinPhrase | null {
  const straight = name.replace(/[\u2018\u2019\u02bc]/g, "'").replace(/^(?:my|our|the user's) /i, "User's ");
  const match = PHRASE.exec(straight.trim());
  if (!match) return null;
  const [, owner = "", nouns = "", called] = match;
  const parts = nouns.split(" ");
  const kin = kinOf(parts.at(-1) ?? "");
  if (kin === null || !parts.slice(0, -1).every((part) => QUALIFIER.test(part.toLowerCase()))) return null;
  return { owner, kin, phrase: normalizeName(`${owner}'s ${nouns}`), name: called ?? null };
}
