/** The object of a verb, as the names of what it is about. */

/** Where a value ends and its circumstances begin. */
const CIRCUMSTANCE =
  /(?:,? \(|,? (?:because|since|as of|but|so|when|while|until|where|which|who|though|although|instead of|rather than|over|more than)\b| (?:now|currently|these days|any ?more|at the moment|again|originally|recently|right now|yesterday|today|tomorrow|tonight|someday|one day|a lot|very much|too|as well)\b| (?:last|next|this|every) (?:year|month|week|weekend|night|summer|winter|spring|fall|autumn|\w+day)\b| on (?:\w+days?|weekends?)\b| at (?:work|home|school)\b| (?:after|before|during) | in (?:\d{4}|january|february|march|april|may|june|july|august|september|october|november|december)\b| (?:for|with|at|in|from|near) (?:their|the|an?|\d|his|her|\w+ (?:years?|months?|weeks?|days?))\b| (?:\w+ ){1,2}(?:years?|months?|weeks?|days?) ago\b).*$/i;
const QUANTITY =
  /^(?:a little(?: bit of)?|a bit of|a lot of|lots of|an?|the|some|any|their|his|her|all|many|fluent|basic|native|only) (?=\S)/i;
/** More words make a clause. */
const MAX_WORDS = 6;

/** A value without what is said about when, why and where: "Berlin since 2015" → "Berlin". */
export function cutCircumstance(value: string): string {
  return value
    .replace(CIRCUMSTANCE, "")
    .replace(/[,.;:!\s]+$/, "")
    .trim();
}

/** "tea, coffee and a little wine" → tea, coffee, wine. What is too long to be a name is left out. */
export function targetsOf(object: string): string[] {
  const parts = cutCircumstance(object).split(/,? (?:and|or|as well as) |, /);
  return parts.map(bareName).filter((part) => part !== "" && part.split(" ").length <= MAX_WORDS);
}

function bareName(part: string): string {
  let name = part.trim();
  for (let before = ""; before !== name;) {
    before = name;
    name = name.replace(QUANTITY, "");
  }
  return name;
}
