/** Predicates: one spelling for what means the same, which hold one value at a time, and which exclude each other. */
import type { EntityType } from "../types.ts";
import { isAnimal, kinOf, kinPredicate } from "./kin.ts";

/** What a predicate as it was written does to the graph. */
export interface PredicateReading {
  /** The relation it states; null where it only takes one back ("no longer works at"). */
  opens: string | null;
  /** Relations of the same source and target that it takes back. */
  ends: string[];
  /** True where source and target change places: "sister_of" is stated as "has_sister". */
  inverse: boolean;
}

const MAX_LENGTH = 60;

/** What holds one value at a time, so that a second one closes the first. Everything else may hold many. */
const SINGLE = new Set(
  `works_at works_as lives_in born_in born_on age named goes_by married_to engaged_to has_partner comes_from located_in
  headquartered_in email phone timezone native_language height weight pronouns has_role marital_status
  diet`.split(/\s+/),
);
const SINGLE_FAMILY = /^(?:favorite|least_favorite|preferred|primary|current|main)_/;

/** True where a source has at most one target of this predicate at a time. */
export function isSingle(predicate: string): boolean {
  return SINGLE.has(predicate) || SINGLE_FAMILY.test(predicate);
}

/** Both cannot hold between the same two. */
const OPPOSITES = [
  ["likes", "dislikes"],
  ["eats", "avoids"],
  ["drinks", "avoids"],
  ["uses", "avoids"],
] as const;

export function areOpposite(a: string, b: string): boolean {
  if (a === endingOf(b) || b === endingOf(a)) return true;
  return OPPOSITES.some(([x, y]) => (a === x && b === y) || (a === y && b === x));
}

const ENDING = "no_longer_";

/** The predicate of a row that only ends another: it lasts no time, and is in no view. */
export function endingOf(predicate: string): string {
  return ENDING + predicate;
}

export function isEnding(predicate: string): boolean {
  return predicate.startsWith(ENDING);
}

/** What denying a predicate states. Not disliking something is not liking it. */
const DENIED: ReadonlyMap<string, string> = new Map([
  ["likes", "dislikes"],
  ["eats", "avoids"],
  ["drinks", "avoids"],
]);

/** Equal whichever way round; the user stands first. */
const SYMMETRIC = new Set(["married_to", "engaged_to", "has_partner", "has_friend", "has_sibling", "has_colleague"]);

export function isSymmetric(predicate: string): boolean {
  return SYMMETRIC.has(predicate);
}

/** The target is a name of the source, not somebody of that name. */
export function isNaming(predicate: string): boolean {
  return predicate === "named" || predicate === "goes_by";
}

const table = (rows: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(rows).flatMap(([canonical, list]) =>
      list.split(/\s+/).map((spelling): [string, string] => [spelling, canonical]),
    ),
  );

const SYNONYMS = table({
  likes: `like love loves loved enjoy enjoys enjoyed adore adores fan_of big_fan_of fond_of into interested_in likes_to
    loves_to enjoys_doing passionate_about has_interest_in has_interest interest hobby has_hobby`,
  dislikes: "dislike hate hates hated detest detests loathe loathes despises cant_stand cannot_stand averse_to",
  prefers: "prefer preferred prefers_to has_preference_for",
  works_at: `work_at works_for work_for working_at working_for worked_at_currently employed_by employed_at employer
    has_employer joined got_job_at got_a_job_at has_job_at started_at started_working_at work_place workplace company`,
  works_as: `work_as working_as works_as_a works_as_an job has_job occupation has_occupation profession has_profession
    job_title has_job_title employed_as`,
  lives_in: `live_in living_in lives_at lives_near live_at resides_in reside_in residing_in resident_of residence based_in
    moved_to relocated_to moved_in_to home_city has_residence lives`,
  comes_from: "from originally_from come_from native_of origin hometown has_hometown",
  born_on: "birthday has_birthday date_of_birth birth_date birthdate born",
  born_in: "born_at birthplace place_of_birth",
  located_in: "located_at situated_in",
  named: "name has_name called",
  goes_by: "nickname nicknamed has_nickname known_as also_known_as",
  age: "aged has_age years_old turned age_of",
  married_to: "married spouse_of wife_of husband_of",
  engaged_to: "engaged fiance_of fiancee_of",
  has_partner: "dating in_a_relationship_with in_relationship_with together_with partner_of",
  owns: "own possesses bought purchased has_bought",
  speaks: "speak can_speak speaks_language fluent_in knows_language has_language",
  visited: "visit has_visited visits traveled_to travelled_to went_to been_to has_been_to",
  knows: "know acquainted_with",
  uses: "use using decided_to_use chose_to_use switched_to works_with_tool",
  eats: "eat",
  drinks: "drink",
  avoids: "avoid avoiding",
  plays: "play playing",
  drives: "drive",
  has: "have",
  allergic_to: "has_allergy_to has_allergy allergy allergy_to intolerant_to",
  plans_to_visit: "wants_to_visit planning_trip_to plans_trip_to planning_to_visit travelling_to traveling_to",
});

/** Stated the other way round: source and target change places. */
const INVERSE = table({
  works_at: "employs",
  owns: "owned_by belongs_to",
  likes: "liked_by loved_by",
});

/** Verbs that only end something. */
const ENDINGS: ReadonlyMap<string, string[]> = new Map([
  ["left", ["works_at", "lives_in", "studies_at", "member_of"]],
  ["quit", ["works_at"]],
  ["resigned_from", ["works_at"]],
  ["fired_from", ["works_at"]],
  ["moved_from", ["lives_in"]],
  ["moved_away_from", ["lives_in"]],
  ["moved_out_of", ["lives_in"]],
  ["divorced", ["married_to"]],
  ["divorced_from", ["married_to"]],
  ["separated_from", ["married_to", "has_partner"]],
  ["broke_up_with", ["has_partner", "engaged_to"]],
  ["sold", ["owns"]],
]);

const ENDED = /^(?:is_|does_)?(?:no_longer|stopped|quit|gave_up|used_to|formerly|previously|former|ex)_(?=.)/;
const NEGATED =
  /^(?:(?:does|do|did|is|was|has|have|are|am)_)?(?:not|never)_(?=.)|^(?:doesnt|dont|didnt|isnt|wasnt|hasnt|havent|arent)_(?=.)/;
const AUXILIARY = /^(?:user_)?(?:is|was|are|am|be|currently|now|also|still|just|recently|has_been|have_been)_(?=.)/;

/**
 * Reads a predicate in any spelling ("Works At", "worksAt", "is employed by" → `works_at`). Null where nothing is left
 * of it.
 */
export function readPredicate(written: string): PredicateReading | null {
  const snake = snakeCase(written);
  if (snake === "" || snake.length > MAX_LENGTH) return null;
  const ended = without(ENDED, snake);
  if (ended !== null) return { opens: null, ends: [canonical(ended).predicate], inverse: canonical(ended).inverse };
  const denied = without(NEGATED, snake);
  if (denied !== null) {
    const { predicate, inverse } = canonical(denied);
    const again = without(/^longer_|^any_?more_/, denied);
    if (again !== null) return { opens: null, ends: [canonical(again).predicate], inverse: false };
    return { opens: DENIED.get(predicate) ?? null, ends: [predicate], inverse };
  }
  const ends = ENDINGS.get(snake) ?? ENDINGS.get(without(AUXILIARY, snake) ?? "");
  if (ends) return { opens: null, ends: [...ends], inverse: false };
  const { predicate, inverse } = canonical(snake);
  return { opens: predicate, ends: [], inverse };
}

function snakeCase(written: string): string {
  return written
    .normalize("NFKC")
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, "_")
    .toLowerCase()
    .replace(/['\u2018\u2019]/g, "")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .replace(/favourite/g, "favorite");
}

function without(prefix: RegExp, snake: string): string | null {
  const rest = snake.replace(prefix, "");
  return rest === snake ? null : rest;
}

function canonical(snake: string): { predicate: string; inverse: boolean } {
  for (let rest: string | null = snake; rest !== null; rest = without(AUXILIARY, rest)) {
    const inverse = INVERSE.get(rest);
    if (inverse !== undefined) return { predicate: inverse, inverse: true };
    const known = SYNONYMS.get(rest) ?? (SYNONYM_TARGETS.has(rest) ? rest : undefined) ?? kinReading(rest);
    if (known !== undefined) return typeof known === "string" ? { predicate: known, inverse: false } : known;
  }
  const bare = snake.replace(AUXILIARY, "").replace(/^has_(?=(?:favorite|preferred)_)/, "");
  return { predicate: bare, inverse: false };
}

const SYNONYM_TARGETS = new Set([...SYNONYMS.values(), ...SINGLE]);

/** "sister", "has_sister", "sister_of" (the other way round). */
function kinReading(snake: string): { predicate: string; inverse: boolean } | undefined {
  const [, has, word = "", of] =
    /^(has_)?(?:older_|younger_|best_|a_)?(\p{L}+?(?:_in_law)?)s?(_of)?$/u.exec(snake) ?? [];
  const kin = kinOf(word.replaceAll("_", "-"));
  if (kin === null || (has !== undefined && of !== undefined)) return undefined;
  return { predicate: kinPredicate(kin), inverse: of !== undefined };
}

const PLACES = new Set(
  "lives_in born_in comes_from visited located_in headquartered_in grew_up_in plans_to_visit moved_from".split(" "),
);
const ORGANIZATIONS = new Set("works_at studies_at member_of founded graduated_from".split(" "));
const PERSONS = new Set("married_to engaged_to has_partner knows met works_with reports_to named goes_by".split(" "));
/** What only somebody does. */
const PERSONAL =
  /^(?:works_(?:at|as|with)|married_to|engaged_to|likes|dislikes|speaks|age|born_on|visited|studies_at)$/;

/** The kin that a predicate says its source has; null for any other. */
export function kinIn(predicate: string): string | null {
  const [, kin] = /^has_(.+)$/.exec(predicate) ?? [];
  return kin === undefined ? null : kinOf(kin.replaceAll("_", "-"));
}

/** What kind of entity a predicate points to, and comes from, where it tells. */
export function typesOf(predicate: string): { source?: EntityType; target?: EntityType } {
  const known = kinIn(predicate);
  const target = known !== null ? (isAnimal(known) ? "thing" : "person") : targetType(predicate);
  return { ...(PERSONAL.test(predicate) && { source: "person" }), ...(target !== undefined && { target }) };
}

function targetType(predicate: string): EntityType | undefined {
  if (PLACES.has(predicate)) return "place";
  if (ORGANIZATIONS.has(predicate)) return "organization";
  return PERSONS.has(predicate) && predicate !== "named" && predicate !== "goes_by" ? "person" : undefined;
}
