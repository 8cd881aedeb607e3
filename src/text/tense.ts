/** Whether a sentence looks back or ahead, by its verbs: English, and no more than what dates need. */

const AHEAD =
  /\b(?:will|shall|going to|gonna|plan(?:s|ned|ning)?|upcoming|coming|next|tomorrow|(?:re)?scheduled|booked|postponed|(?:is|are|am) (?:\w+ )?\w+ing|(?:i'm|we're|they're|he's|she's) \w+ing|do (?:i|we) have)\b/i;
/** Not "need", "bed"; nor "have", which may be present. */
const PAST =
  /\b(?:did|was|were|had|been|ago|since|yesterday|[a-z]+[^\We]ed|went|met|saw|ate|told|said|bought|made|got|took|came|gave|found|left|felt|ran|wrote|spoke|drank|slept|knew|thought|heard|kept|sent|spent|lost|won|paid|drove|flew|broke|began)\b/i;
const PRESENT =
  /\b(?:do|does|am|is|are|has|can|must|should|how long (?:until|till)|(?:what|when|where|who|how|it|there|he|she)'s|(?:i'm|we're|they're))\b/i;

export type Tense = "past" | "present" | "ahead";

/** Null where it has no verb that tells. Of several what is ahead tells most: "when did I say that I'm flying". */
export function tenseOf(text: string): Tense | null {
  const plain = text.replaceAll("’", "'");
  if (AHEAD.test(plain)) return "ahead";
  if (PAST.test(plain)) return "past";
  return PRESENT.test(plain) ? "present" : null;
}

/** Whether it is also about what is: "was told that it is on Monday". */
export function isPresent(text: string): boolean {
  return PRESENT.test(text.replaceAll("’", "'"));
}
