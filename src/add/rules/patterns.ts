/**
 * What counts as a statement worth keeping, by its verb. The patterns see a predicate without adverbs and denial
 * ({@link Predicate}), its verb in the first person; what they do not know is left out.
 */
import { OWNED, TOOLS } from "./lexicon.ts";
import { namesItself } from "./guards.ts";
import { hasState, phrase } from "./nouns.ts";
import type { RuleKind } from "./types.ts";

export interface Pattern {
  kind: RuleKind;
  /** Verb and preposition, from the start of the predicate. */
  head: RegExp;
  /** What the rest must be. @default a phrase that names itself */
  object?: (rest: string) => boolean;
}

const any = (): boolean => true;
const nothingOrNamed = (rest: string): boolean => rest === "" || namesItself(rest);
const tests =
  (pattern: RegExp) =>
  (rest: string): boolean =>
    pattern.test(rest) && namesItself(rest);
const hasWord =
  (set: ReadonlySet<string>) =>
  (rest: string): boolean =>
    phrase(rest).some((word) => set.has(word));
const capital = (rest: string): boolean => /^\p{Lu}/u.test(rest);
const tool = (rest: string): boolean =>
  namesItself(rest) && (capital(rest) || TOOLS.has((rest.split(/[\s,]/)[0] ?? "").toLowerCase()));

const WISH =
  "(?:visit|travel|go (?:to|on|back to)|move|live|become|learn (?!about|how|more|what|why)|run (?:a|my)|retire|start (?:an?|my)|own|get (?:married|fit|in shape|a|my)|lose (?:weight|\\d+)|quit|stop (?:smoking|drinking)|buy|have (?:kids|children|a)|write a (?:book|novel)|climb|save|switch careers|study|adopt|hike|see the)";
const DO =
  "(?:visit|move|travel|start|buy|get (?:married|a|my)|go|marry|study|learn|become|run|watch|attend|fly|quit|retire|adopt|propose|take (?:an?|my|the)|meet|see|spend|apply|sell|build|celebrate|host|join|be|cook|have|graduate|turn|drive|stay|play|perform|renovate|train)";
const INTENSE = "(?:(?:such|an?|the|big|huge|massive|great|real|biggest|lifelong|total|bit) )*";
const TRANSIENT =
  /^(?:bit|little|lot|few|couple|idiot|mess|wreck|beginner at this|fan|loss|hurry|position|situation|bad|good place|(?:huge|big|massive|great|real) (?:fan|believer)$)\b/i;
const HABIT =
  "(?:eat|drink|cook|work out|bike|cycle|commute|swim|practi[cs]e|teach|train|meditate|exercise|wear|sing|paint|collect|volunteer|own|garden|knit|bake|avoid|suffer from|listen to|code in|program in|go \\w+ing|believe in|identify as|support|root for|dance|ride|attend)";

/** In order: the first whose head and object fit decides. */
export const PATTERNS: readonly Pattern[] = [
  { kind: "attribute", head: new RegExp(`^(?:am|have been) ${INTENSE}(?:allergic to|intolerant to|sensitive to)\\b`) },
  {
    kind: "preference",
    head: new RegExp(
      `^(?:am|was|became|got) ${INTENSE}(?:fan of|into|fond of|passionate about|obsessed with|addicted to|afraid of|scared of|terrified of|keen on|crazy about|partial to|interested in)\\b`,
    ),
    object: (rest) =>
      namesItself(rest) &&
      !/^(?:learning|knowing|understanding|buying|seeing|hearing|finding|getting|your|trouble)\b/.test(rest),
  },
  {
    kind: "preference",
    head: /^(?:(?:love|like|dislike|hate|despise|loathe|adore|enjoy|detest|prefer)(?:d|ed|red)?|can't (?:stand|bear|eat|drink|tolerate|have|live without)|cannot (?:stand|bear|eat|drink|tolerate|have|live without)|care for|would (?:rather|prefer)(?! not\b)|used to (?:love|like|hate|enjoy|dislike|adore))\b/,
  },
  // plans
  {
    kind: "plan",
    head: /^(?:am planning|plan|intend|aim|hope) (?:to|on|for)\b/,
    object: (rest) => new RegExp(`^(?:${DO}|${WISH}|\\w+ing)\\b`).test(rest) && namesItself(rest),
  },
  { kind: "plan", head: /^am planning\b/ },
  {
    kind: "plan",
    head: /^(?:want|would love|would like|dream|wish) (?:to|of)\b/,
    object: (rest) => new RegExp(`^${WISH}`).test(rest) && namesItself(rest.replace(/^[\w ]{0,12}? (?=it|that)/, "")),
  },
  {
    kind: "plan",
    head: /^(?:am going|will) (?:back )?(?:to )?(?=\p{Lu}|(?:school|college|university)\b|on (?:vacation|holiday|a )|be (?:in|at|on|travel|\d)|visit|move to|travel|fly|attend|graduate|retire|marry|turn \d)/u,
  },
  {
    kind: "plan",
    head: /^am going to/,
    object: (rest) =>
      new RegExp(`^(?:${DO})\\b`).test(rest.trim()) &&
      !/^(?:be (?:able|using)|have to|see (?:if|what|how)|get (?:it|this))\b/.test(rest.trim()) &&
      namesItself(rest.trim()),
  },
  { kind: "plan", head: /^am (?:moving|travell?ing|flying|driving|heading|relocating) (?:back )?(?:to|in)\b/ },
  { kind: "plan", head: /^am (?:retiring|graduating)\b/, object: nothingOrNamed },
  {
    kind: "plan",
    head: /^am (?:visiting|attending|training for|saving(?: up)? for|studying for|preparing for|learning|hosting|joining|renovating|expecting (?=a baby|my|our|twins)|leaving (?=\p{Lu}|my (?:job|company|wife|husband))|applying (?:to|for)|trying to (?=lose|quit|learn|eat|save|get (?:fit|in shape|pregnant)|stop (?:smoking|drinking)|become))/u,
  },
  {
    kind: "plan",
    head: /^am getting\b/,
    object: tests(
      /^(?:married|divorced|engaged|promoted|surgery|braces|a (?:divorce|tattoo|(?:new )?(?:puppy|dog|cat|kitten|job|car|house|bike)))\b/,
    ),
  },
  {
    kind: "plan",
    head: /^am (?:starting|taking|having|running|working on|writing|building|doing)\b/,
    object: tests(
      /^(?:(?:a|an|my|our)(?: [\w-]+){0,3} (?:job|business|company|school|college|course|class|degree|phd|marathon|baby|party|surgery|book|novel|thesis|game|app|startup|lessons?|trip|sabbatical|internship|house|album)\b|college|university|surgery|guitar|piano|\w+ lessons)/,
    ),
  },
  {
    kind: "plan",
    head: /^(?:have|have got)\b/,
    object: tests(
      /^(?:a|an|my|our|two|three)(?: [\w'-]+){0,3} (?:appointment|interview|exam|flight|wedding|trip|reservation|deadline|surgery|checkup|recital|conference|vacation|marathon)\b/,
    ),
  },
  { kind: "plan", head: /^booked\b/ },
  // decisions
  {
    kind: "decision",
    head: /^(?:decided|chosen|chose|picked|agreed|settled|opted)(?: not)?(?: to| on| against| for| that)?\b/,
    object: (rest) =>
      rest !== "" && namesItself(rest.replace(/^(?:use|go with|do|try|pick|stick with|switch to|keep) /, "")),
  },
  {
    kind: "decision",
    head: /^(?:switched|migrated|moved|am switching|am migrating|am sticking|am going|will go|went)(?: over)? (?:(?:from \S+ )?to|with)\b/,
    object: (rest) => tool(rest) && TOOLS.has((/^[\w+#]+/.exec(rest)?.[0] ?? "").toLowerCase()),
  },
  { kind: "decision", head: /^(?:am going|went|will go|am sticking) with\b/, object: tool },
  { kind: "decision", head: /^(?:am using|will use|am going to use)\b/, object: tool },
  // attributes
  {
    kind: "attribute",
    head: /^(?:live|reside|am living|am based|am located|lived|used to live) (?:in|at|near|on|with|alone|by|(?:just )?outside|close to|across from|off)\b/,
    object: nothingOrNamed,
  },
  {
    kind: "attribute",
    head: /^(?:work|am working|worked|used to work|am employed)(?: part[- ]time| full[- ]time| remotely)? (?:as|at|for|in|from|nights|remotely|part[- ]time|full[- ]time|night shifts)\b/,
    object: nothingOrNamed,
  },
  {
    kind: "attribute",
    head: /^(?:speak|study|am studying|studied|majored in|graduated(?: from| in)?|grew up|was born|come from|am from|was raised in|used to (?:play|smoke|work|be|have))\b/,
  },
  { kind: "attribute", head: /^(?:drive|smoke|run|swim|cook|drink|meditate|exercise)$/, object: any },
  { kind: "attribute", head: new RegExp(`^${HABIT}\\b`) },
  {
    kind: "attribute",
    head: /^(?:drive|play)\b/,
    object: (rest) => rest !== "" && namesItself(rest) && !/^(?:around|with it|it)\b/.test(rest),
  },
  { kind: "attribute", head: /^smoke\b/ },
  {
    kind: "attribute",
    head: /^run\b/,
    object: tests(
      /^(?:(?:a|an|my own|our own) [\w-]+(?! (?:script|command|test|query))|every|\d+ ?(?:k|km|miles?)|marathons|daily|regularly|on|in the)\b/,
    ),
  },
  {
    kind: "attribute",
    head: /^use\b/,
    object: (rest) =>
      tool(rest) || /^(?:an? (?:Mac|iPhone|iPad|Android|wheelchair|hearing aid|PC|Windows|Linux))/.test(rest),
  },
  {
    kind: "attribute",
    head: /^take\b/,
    object: tests(
      /^(?:my coffee|my tea|medication|medicine|insulin|metformin|vitamins?|pills|antidepressants|blood|\d+ ?mg|the (?:bus|train|subway|metro))/,
    ),
  },
  {
    kind: "attribute",
    head: /^(?:follow|am on)\b/,
    object: tests(
      /^(?:an? (?:[\w-]+ ){0,2}(?:diet|plan)|parental leave|maternity leave|paternity leave|sabbatical|medication)\b/,
    ),
  },
  {
    kind: "attribute",
    head: /^(?:go to (?:school|college|university|bed|church|the gym|[A-Z])|wake up|get up|sleep)\b/,
    object: nothingOrNamed,
  },
  {
    kind: "attribute",
    head: /^(?:can't|cannot|can) (?:speak|swim|drive|cook|play|dance|sing|ride)\b/,
    object: nothingOrNamed,
  },
  { kind: "attribute", head: /^go by\b/, object: capital },
  { kind: "attribute", head: /^am (?:called|named)\b/, object: capital },
  {
    kind: "attribute",
    head: /^(?:am|turned) (?=\d{1,3}(?: years? old| yo| (?:cm|kg|lbs|months? (?:old|pregnant)|weeks? pregnant)|$| and\b| now\b| (?:last|this|today|yesterday|in|on)\b))/,
  },
  {
    kind: "attribute",
    head: /^am in my (?:early |mid |late |mid-)?(?:teens|twenties|thirties|forties|fifties|sixties|seventies|20s|30s|40s|50s|60s|70s)\b/,
    object: any,
  },
  {
    kind: "relationship",
    head: /^(?:am dating|am seeing|am (?:married|engaged) (?:to|with)|got married to|married|met my)\b/,
  },
  {
    kind: "attribute",
    head: /^(?:am|was|became|turned|went|got) (?:type [12] |half |originally |now )?(?=[\w-]+)/,
    object: (rest) => hasState(rest) && namesItself(rest),
  },
  {
    kind: "attribute",
    head: /^(?:am|was|became|have become|used to be) (?:an?|the) /,
    object: (rest) =>
      !TRANSIENT.test(rest) && namesItself(rest) && !/^(?:one|person|only one|same|first|last)\b/.test(rest),
  },
  { kind: "attribute", head: /^(?:am (?:with|at) (?=\p{Lu}))/u },
  // possessions and events
  {
    kind: "relationship",
    head: /^have\b/,
    object: (rest) =>
      owned(rest) &&
      /\b(?:wife|husband|partner|boyfriend|girlfriend|brothers?|sisters?|siblings?|sons?|daughters?|kids?|child(?:ren)?|twins|nephews?|nieces?|cousins?|grand\w+|roommates?)\b/i.test(
        rest,
      ),
  },
  { kind: "possession", head: /^(?:have|have got)\b/, object: (rest) => owned(rest) },
  { kind: "event", head: /^(?:moved|relocated)(?: back| out| in| away)? (?:to|from|in with|into|out of|in)\b/ },
  {
    kind: "event",
    head: /^(?:visited|travell?ed to|traveled to|flew to|drove to|returned from|came back from|went to|attended|bought|sold|adopted|celebrated|enrolled in|signed up for|retired|graduated|have visited|inherited)\b/,
    object: nothingOrNamed,
  },
  {
    kind: "event",
    head: /^(?:joined|left)\b/,
    object: (rest) => capital(rest) || /^my (?:job|company|husband|wife|partner)\b/.test(rest),
  },
  {
    kind: "event",
    head: /^(?:quit|lost|broke|finished|completed|passed|failed|sprained|tore|injured)\b/,
    object: tests(
      /^(?:(?:my|our) (?:first |left |right |driving |final |old |day )?(?:job|wife|husband|father|mother|dad|mom|brother|sister|dog|cat|wallet|phone|keys|arm|leg|wrist|ankle|foot|hand|knee|finger|toe|nose|hip|collarbone|degree|thesis|studies|phd|exams?|test|bar exam|marathon|engagement|back)\b|smoking|drinking|school|college|university|weight|\d+ ?(?:kg|pounds|lbs)|a marathon|up with|reading)/i,
    ),
  },
  {
    kind: "event",
    head: /^(?:stopped|gave up|given up|quit)\b/,
    object: tests(
      /^(?:smoking|drinking|eating|alcohol|caffeine|coffee|sugar|meat|gluten|social media|vaping|gambling|\w+ing [a-z])/,
    ),
  },
  {
    kind: "event",
    head: /^(?:started|began|have started)\b/,
    object: tests(
      /^(?:(?:a|my|our)(?: [\w-]+){0,2} (?:job|business|company|diet|course|class|band|family|degree|phd|internship|blog|podcast|school)\b|kindergarten|school|college|university|learning|working (?:at|as|for)|playing|going to|taking|studying|running|therapy|lifting|meditating|at [A-Z])/,
    ),
  },
  {
    kind: "event",
    head: /^got\b/,
    object: tests(
      /^(?:married|divorced|engaged|promoted|fired|laid off|hired|accepted|a (?:new )?(?:job|puppy|dog|cat|kitten|car|house|bike|tattoo|promotion|raise|divorce|phd|degree)|my (?:degree|license|driver's license|green card|visa|phd)|two|braces|into [A-Z])\b/,
    ),
  },
  {
    kind: "event",
    head: /^(?:was|were|got|have been) (?:promoted|laid off|fired|hired|diagnosed with|accepted (?:to|into|at)|admitted to)\b/,
    object: nothingOrNamed,
  },
  {
    kind: "event",
    head: /^(?:ran|won|had|gave birth to)\b/,
    object: tests(
      /^(?:(?:a|an|my|our|the)(?: [\w-]+){0,3} (?:marathon|5k|10k|race|baby|surgery|stroke|heart attack|award|prize|competition|medal|miscarriage|operation)\b|surgery|twins)/,
    ),
  },
  { kind: "event", head: /^watched\b/, object: tests(/^(?:\p{Lu}|"|a |an )/u) },
  { kind: "event", head: /^(?:passed away|died|turned \d+)\b/, object: nothingOrNamed },
];

const NOT_OWNED =
  /^(?:to|been|had|done|no idea|never|the|it|that|question|problem)\b|\b(?:question|problem|issue|idea|trouble)\b/i;

function owned(rest: string): boolean {
  return !NOT_OWNED.test(rest) && namesItself(rest) && hasWord(OWNED)(rest);
}
