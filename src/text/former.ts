/** What in a query asks for what does not hold any more, without a date: "before Hamburg", "used to", "my old job". */

/** It asks for what held before or after something; `of` are the words for that, "" for what is now, or where it does not say. */
export interface Order {
  is: "before" | "after";
  of: string;
}

/** What somebody has one of at a time, so that a former one was superseded: not a former colleague, prior experience. */
const ONE_AT_A_TIME =
  "(?:home|house|flat|apartment|place|address|city|town|country|school|university|job|employer|company|workplace|position" +
  "|role|title|boss|manager|doctor|dentist|name|surname|phone|number|email|car|bike|plan|favou?rite|partner|diet)s?\\b";
const FORMER = new RegExp(
  [
    `\\b(?:my|our|his|her|their|your|'s) (?:previous|former|last|old)(?: \\w+)? ${ONE_AT_A_TIME}`,
    `\\b(?:previous|former)(?: \\w+)? ${ONE_AT_A_TIME}`,
    "\\b(?:previously|formerly|back then)\\b",
    "\\b(?:in the past|earlier)(?=\\s*(?:[?!.,;]|$))",
  ].join("|"),
  "i",
);

/** Not "before long", "after all": what they lead to is not a thing that happened. Nor "look after", "named after". */
const ORDER =
  /\b(before|prior to|until|till|(?<!\b(?:look(?:s|ed|ing)?|named?|tak(?:e|es|en|ing)|took) )after)\b(?! (?:long|all)\b)(.*)$/is;
/** "This one", "my current phone", "now": what is. */
const PRESENT = new RegExp(
  `^(?:(?:this|that|it|now|the one|(?:this|that|the) (?:one|${ONE_AT_A_TIME}))|(?:(?:my|our|the|this|that|his|her|their) )?(?:current|present|new|latest)\\b(?: [\\w-]+){0,3})$`,
  "i",
);

/** Forms of "used to": who had a habit, and what comes behind the verb. Not who is used to it, nor what is used to do it. */
const USED_TO = [
  /^(?<before>.*)\bdid(?:n't)?\b[^.?!]{0,200}\bused? to \w+(?<behind>[^.?!]*)/is,
  /^(?<before>.*)(?<!\b(?:am|are|is|was|were) )\b(?:i|we|you|he|she|they)(?: \w+ly| also| never| always)? used to \w+(?<behind>[^.?!]*)/is,
  // Only a capital tells that it is a name.
  /^(?<before>(?!.*\b(?:[Ii]s|[Aa]re|[Ww]as|[Ww]ere)\b[^.?!]* used).*)\b[A-Z][\w'-]* used to \w+(?<behind>[^.?!]*)/s,
];
/** "What", "which tool", "the shoes (that)": the thing of which the rest is said. */
const THING =
  /\b(?:what|which|who|whom)\b|\b(?:the|an?|my|our|your|his|her|their|those|these) (?:[\w-]+ ){1,3}(?:that )?$/i;
/** Behind the verb, where the verb has no object of its own: "used to live in", "used to like most", or nothing. */
const NO_OBJECT =
  /^\s*(?:$|[,;]|(?:in|at|on|with|for|to|from|of|about|by|before|after|when|while|until|as|every|each|all|most|best|more|often|there|here|back|together|alone|much|a lot|out|around|and|or|than|that|called|\w+ly)\b)/i;

/** Undefined where it asks for nothing of the kind. */
export function orderOf(query: string): Order | undefined {
  const [, word, rest = ""] = ORDER.exec(query) ?? [];
  const of = rest.replace(/[?!.]+\s*$/, "").trim();
  const isPresent = PRESENT.test(of);
  const is = word?.toLowerCase() === "after" ? "after" : "before";
  if (word !== undefined && (is === "before" || (of !== "" && !isPresent))) return { is, of: isPresent ? "" : of };
  return FORMER.test(query) || tellsOfHabit(query) ? { is: "before", of: "" } : undefined;
}

/** "Which tool did I use to make logos" is about a tool that was used: there, the verb has an object beside the thing. */
function tellsOfHabit(query: string): boolean {
  return USED_TO.some((form) => {
    const { before = "", behind = "" } = form.exec(query)?.groups ?? {};
    return form.test(query) && (!THING.test(before) || NO_OBJECT.test(behind));
  });
}

const MAY_BE_FORMER = new RegExp(
  [
    "\\bever\\b",
    "\\bno longer\\b",
    "\\bany ?more\\b",
    "\\bex-\\w",
    "\\b(?:have|has)(?:n't)? (?:i|we|he|she|they)\\b",
    "^did\\b(?! you\\b)",
  ].join("|"),
  "i",
);

/** Whether what held once is among the answers, behind what holds: "have I ever lived in Bonn?" */
export function mayBeFormer(query: string): boolean {
  return MAY_BE_FORMER.test(query.trim());
}
