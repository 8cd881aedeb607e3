/** What makes a clause unfit to stand alone: doubt, or a word that points out of it. Precision before recall. */
import { QUOTED } from "./clean.ts";
import { KNOWN_THINGS } from "./lexicon.ts";

const DOUBT =
  /\b(?:I think|I guess|I suppose|I believe|I feel like|I assume|I wonder|maybe|perhaps|probably|possibly|might|may (?:be|have)|not sure|unsure|seems?|could|should|hopefully|supposedly|considering|thinking (?:of|about)|wish|(?<!any |all |every |some )(?:kind|sort) of|apparently|almost|joking|kidding)\b|\bwould (?!(?:love|like|rather|prefer) )/i;
/** The other side of the chat, and what is only there in it. */
const CHAT =
  /\b(?:you|your|yours|you're)\b|\b(?:errors?|bugs?|exception|stack ?trace|traceback|variables?|docs|answer|suggestion|response|explanation|output|screenshot|prompt)\b|https?:/i;
const POINTS =
  /\b(?:here|there|this|these|those)\b(?! (?:days|year|month|week|weekend|summer|winter|spring|fall|autumn|morning|evening|afternoon|time|january|february|march|april|may|june|july|august|september|october|november|december)\b)/i;
const POINTS_FIRST =
  /^(?:it|its|that|them|they|him|her|his|their|one|ones|so|such|both|either|neither|none|how|what|which|who|whether|where|something|anything|everything|nothing|stuff|things|to (?:it|them|him|her|that)\b|(?:a|the) (?:lot|bit|few|couple)$)\b/i;
const PRONOUN = /\b(?:it|its|he|she|they|him|her|his|them|their)\b/i;
/** After one of these a pronoun may look back at the object before it. */
const LOOKS_BACK = /\b(?:because|since|and|but|so|who|which|when|although|as|where|while|even though)\b|,/i;
const THE = /^(?:to |at |in |with |on |for |of )?the ([\w-]+)/;
const CHOICE = /^(?:option|plan|number|version|approach|choice|answer) (?:[A-Z\d]|one|two|three)\b/i;

/** True where the clause is a plain assertion, as far as words can tell. */
export function isAssertion(clause: string): boolean {
  return isPlain(clause) && !CHAT.test(clause);
}

/** The same for a clause that may speak of the other side of the chat. */
export function isPlain(clause: string): boolean {
  return !DOUBT.test(clause) && !POINTS.test(clause) && !clause.includes(QUOTED) && !clause.includes("?");
}

/** True where the object of a verb names what it is, so that the statement can stand alone. */
export function namesItself(object: string): boolean {
  if (POINTS_FIRST.test(object) || CHOICE.test(object)) return false;
  const definite = THE.exec(object)?.[1];
  if (definite !== undefined && !/^[A-Z]/.test(definite) && !KNOWN_THINGS.has(definite.toLowerCase())) return false;
  const pronoun = PRONOUN.exec(object);
  return pronoun === null || LOOKS_BACK.test(object.slice(0, pronoun.index));
}
