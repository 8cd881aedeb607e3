/** What the verbs of a statement say about its relations. Data over code: a row a predicate. */
import type { EntityType } from "../../types.ts";

/** Attributes of the resolver's slots that are relations, too. */
export const SLOT_RELATIONS: ReadonlyMap<string, string> = new Map([
  ["residence", "lives_in"],
  ["employer", "works_at"],
  ["job", "works_as"],
  ["name", "named"],
  ["nickname", "goes_by"],
  ["age", "age"],
  ["birthday", "born_on"],
  ["origin", "comes_from"],
  ["native language", "native_language"],
  ["car", "drives"],
  ["diet", "diet"],
]);

/** What the words after a value say besides: "works as a nurse *at Charité*". */
export const TAILS: readonly { tail: RegExp; predicate: string }[] = [
  { tail: /^ (?:at|for) ((?:the )?\p{Lu}[^,]*)/u, predicate: "works_at" },
  { tail: /\bbased in (\p{Lu}[^,]*)/u, predicate: "lives_in" },
  { tail: /^ with (\p{Lu}[\p{L}\p{M}'-]*)$/u, predicate: "lives_with" },
];

const LIKE =
  "(?:love|like|enjoy|adore)(?:d|ed)?|am (?:(?:an?|the|big|huge|massive|great|real|really|very|so) )*(?:fan of|into|fond of|keen on|crazy about|passionate about|obsessed with|interested in)";
const DISLIKE =
  "(?:hate|dislike|detest|loathe|despise)(?:d|ed)?|can't stand|cannot stand|am (?:afraid|scared|terrified|sick) of";

/** Group 1: where it is a dislike; 2: a like; 3: the object. */
export const STANCE = new RegExp(`^(?:really )?(?:(${DISLIKE})|(${LIKE})) (.+)$`);

export interface Habit {
  /** On the predicate in the first person; group 1 is the object. */
  head: RegExp;
  predicate: string;
  type?: EntityType;
  /** What a target must look like. @default anything */
  fits?: RegExp;
  /** True where "and" is part of the one target. */
  one?: boolean;
}

const NAME = /^\p{Lu}/u;

/** In order: the first row with a target decides. */
export const HABITS: readonly Habit[] = [
  { head: /^(?:am |got )?married to (.+)$/, predicate: "married_to", type: "person", fits: NAME, one: true },
  { head: /^married (\p{Lu}.*)$/u, predicate: "married_to", type: "person", one: true },
  { head: /^(?:am |got )?engaged to (.+)$/, predicate: "engaged_to", type: "person", fits: NAME, one: true },
  {
    head: /^(?:am dating|am together with|am in a relationship with) (.+)$/,
    predicate: "has_partner",
    fits: NAME,
    one: true,
  },
  { head: /^am (?:good |best |close )?friends with (.+)$/, predicate: "has_friend", type: "person", fits: NAME },
  { head: /^(?:know|met) (.+)$/, predicate: "knows", type: "person", fits: NAME },
  { head: /^(?:work|am working) with (.+)$/, predicate: "works_with", fits: NAME },
  { head: /^report to (.+)$/, predicate: "reports_to", type: "person", fits: NAME },
  { head: /^live with (.+)$/, predicate: "lives_with", fits: NAME },
  { head: /^(?:was|am) born in ([^\d]+)$/, predicate: "born_in", type: "place", fits: NAME, one: true },
  { head: /^(?:was|am) born (?:in|on) (.*\d.*)$/, predicate: "born_on", one: true },
  { head: /^(?:grew up|was raised) in (.+)$/, predicate: "grew_up_in", type: "place", fits: NAME, one: true },
  { head: /^lived in (.+)$/, predicate: "lived_in", type: "place", fits: NAME },
  { head: /^worked (?:at|for) (.+)$/, predicate: "worked_at", type: "organization", fits: NAME },
  { head: /^(?:founded|am the founder of|co-founded) (.+)$/, predicate: "founded", type: "organization", fits: NAME },
  { head: /^(?:graduated from) (.+)$/, predicate: "graduated_from", type: "organization", fits: NAME },
  { head: /^(?:am a member of|belong to) (.+)$/, predicate: "member_of", type: "organization" },
  { head: /^(?:study|am studying|attend|am attending)(?: [\w ]+?)? at (.+)$/, predicate: "studies_at", fits: NAME },
  { head: /^(?:study|am studying|am learning|learn) (.+)$/, predicate: "studies" },
  { head: /^left (.+)$/, predicate: "left", fits: NAME, one: true },
  { head: /^(?:quit|resigned from) (.+)$/, predicate: "quit", fits: NAME, one: true },
  { head: /^(?:visited|travell?ed to|went to|have been to) (.+)$/, predicate: "visited", type: "place", fits: NAME },
  {
    head: /^(?:am planning|plan|have planned|booked) (?:a |an |the |their )?(?:\w+ )?(?:trip|flight|vacation|holiday|journey) to (.+)$/,
    predicate: "plans_to_visit",
    type: "place",
    fits: NAME,
  },
  {
    head: /^(?:want|would love|would like|plan|am planning|hope|am going|dream)(?: of| on)? (?:to )?(?:visit|visiting|travel to|travell?ing to|go to|see) (.+)$/,
    predicate: "plans_to_visit",
    type: "place",
    fits: NAME,
  },
  {
    head: /^am (?:flying|travell?ing|going|heading|driving) (?:back )?to (.+)$/,
    predicate: "plans_to_visit",
    type: "place",
    fits: NAME,
  },
  {
    head: /^(?:am|plan on|am planning on|want|plan|am planning)(?: to)? (?:moving|relocating|move|relocate) to (.+)$/,
    predicate: "plans_to_move_to",
    type: "place",
    fits: NAME,
    one: true,
  },
  { head: /^(?:am|have been) allergic to (.+)$/, predicate: "allergic_to" },
  { head: /^(?:was|am|have been) diagnosed with (.+)$/, predicate: "has_condition" },
  { head: /^prefer (.+)$/, predicate: "prefers" },
  { head: /^(?:speak|am fluent in) (.+)$/, predicate: "speaks" },
  { head: /^play (?:the )?(.+)$/, predicate: "plays" },
  { head: /^eat (.+)$/, predicate: "eats" },
  { head: /^drink (.+)$/, predicate: "drinks" },
  { head: /^avoid (?:eating |drinking )?(.+)$/, predicate: "avoids" },
  { head: /^drive (.+)$/, predicate: "drives" },
  { head: /^(?:use|am using|switched to|am going with|am sticking with) (.+)$/, predicate: "uses" },
  { head: /^(?:practi[cs]e|do) (.+)$/, predicate: "practices" },
  { head: /^collect (.+)$/, predicate: "collects" },
  { head: /^teach (.+)$/, predicate: "teaches" },
  { head: /^(?:support|root for) (.+)$/, predicate: "supports" },
  { head: /^own (.+?)(?: (?:in|near|on) .*)?$/, predicate: "owns" },
  {
    head: /^(?:bought|got) (?:an?|the|their) (?:new )?(.+)$/,
    predicate: "owns",
    fits: /\b(?:car|bike|house|home|apartment|flat|boat|van|truck|motorcycle|piano|guitar|camera|farm|tesla)$/i,
  },
  {
    head: /^(?:have|have got) (?:an?|the|their) (?:new )?(.+)$/,
    predicate: "owns",
    fits: /\b(?:car|bike|bicycle|house|apartment|flat|boat|van|truck|motorcycle|piano|guitar|violin|drums|garden|cabin|farm|bakery|restaurant|company|business)$/i,
  },
  {
    head: /^have (.+)$/,
    predicate: "has_condition",
    fits: /^(?:asthma|diabetes|adhd|autism|arthritis|migraines?|epilepsy|celiac disease|dyslexia|insomnia|tinnitus)$/i,
  },
];
