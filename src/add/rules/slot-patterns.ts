/** What the verbs and nouns of a statement say about its slot. Data over code: a row an attribute. */
import type { Predicate } from "./first-person.ts";
import { TOOLS } from "./lexicon.ts";
import { isName, isOccupation } from "./nouns.ts";
import { numberOf, keyWords, wordSet } from "./words.ts";

/** A slot without its subject. */
interface Place {
  attribute: string;
  object: string;
  single: boolean;
  /** The verb itself denies ("stopped smoking"). */
  negated?: boolean;
}

interface VerbSlot {
  head: RegExp;
  /** The value keeps "with …", "and …": for attributes with many values. */
  uncut?: boolean;
  /** Null where the words do not name a value after all. */
  read: (value: string, match: RegExpExecArray, predicate: Predicate) => Place | null;
}

const nouns = (attribute: string, names: string): [string, string][] =>
  names.split(",").map((name) => [name.trim(), attribute]);

/** Nouns that make an attribute even with no owner before them, and the ones that mean the same. */
export const NOUN_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ...nouns("name", "name"),
  ...nouns("email", "email, e-mail, email address, e-mail address"),
  ...nouns("phone", "phone, phone number, number, mobile, mobile number, cell, cell number"),
  ...nouns("birthday", "birthday, birthdate, birth date, date of birth"),
  ...nouns("job", "job, job title, title, profession, occupation, current job"),
  ...nouns("employer", "employer, company"),
  ...nouns("age", "age"),
  ...nouns("origin", "hometown, home town"),
  ...nouns("timezone", "timezone, time zone"),
  ...nouns("native language", "native language, first language, mother tongue"),
  ...nouns("marital status", "marital status"),
  ...nouns("residence", "residence, home city, current city"),
  ...nouns("diet", "diet"),
  ...nouns("car", "car"),
  ...["address", "pronouns", "nickname", "height", "weight", "blood type", "shoe size"].flatMap((name) =>
    nouns(name, name),
  ),
]);

/** What a value must look like to replace another: "my job is stressful" names no job. */
export const VALUE_FITS: ReadonlyMap<string, RegExp> = new Map([
  ["name", /^(?!(?:an?|the|not|too|hard|no)\b)\S+(?: \S+){0,3}$/i],
  ["email", /@/],
  ["phone", /\d{3}/],
  ["age", /\d/],
  ["job", /^(?:an? )|(?:er|or|ist|ian|ant|chef|cook|nurse|pilot|vet|ceo|cto|cfo)$/i],
  ["employer", /^(?:the )?\p{Lu}/u],
  ["residence", /^\p{L}/u],
]);

const single =
  (attribute: string, fits: (value: string) => boolean = (value) => value !== "") =>
  (value: string): Place | null =>
    fits(value) ? { attribute, object: value, single: true } : null;
const many =
  (attribute: string) =>
  (value: string): Place => ({ attribute, object: value, single: false });

const AREAS = wordSet("marketing sales engineering management finance support product design research hr production");

/** A place by name: not "a new flat", "my parents", nor something one migrates to. */
function isPlace(value: string): boolean {
  const first = (value.split(" ")[0] ?? "").toLowerCase();
  if (value === "" || value.split(" ").length > 5 || TOOLS.has(first) || AREAS.has(first)) return false;
  return !/^(?:an?|another|my|our|their|his|her|its|this|that|one|two|three|alone|with|fear|peace|hope|hiding|pain|luxury|poverty)\b|^the (?!us|usa|uk|uae|netherlands|hague|bronx|bay|bahamas|philippines|united)/i.test(
    value,
  );
}

const isEmployer = (value: string): boolean =>
  value !== "" &&
  !/^(?:home|nights?|night|least|myself|themselves|the (?:weekend|moment)|weekends|\d|my|a living)\b/i.test(value);
const isDiet = /^(vegetarian|vegan|pescatarian|omnivore|flexitarian|carnivore|keto)s?\b/i;
const MARITAL = /^(?:\w+ly )?(married|single|divorced|engaged|widowed|separated)\b/i;

/** One stance on one object at a time. Liking and disliking are values; denying either is not the other. */
function stance(value: "like" | "dislike", object: string): Place | null {
  return object === "" ? null : { attribute: `stance on ${keyWords(object)}`, object: value, single: true };
}

function preference(object: string): Place | null {
  const sides = /^(.+?) (?:over|rather than|to) (.+)$/.exec(object);
  if (sides === null) return object === "" ? null : stance("like", object);
  const [, better = "", worse = ""] = sides;
  const pair = [keyWords(better), keyWords(worse)].toSorted();
  return { attribute: `preference between ${pair.join(" and ")}`, object: better, single: true };
}

/** "two cats" → how many cats. The same thing with another name or color is another thing. */
function owned(object: string): Place | null {
  const [first = "", ...rest] = object.split(" ");
  const count = numberOf(first.toLowerCase());
  const bare = count !== null || /^(?:any|the|my|their|no)$/i.test(first) ? rest.join(" ") : object;
  return bare === "" ? null : { attribute: `has ${keyWords(bare)}`, object: count ?? "1", single: true };
}

/** A decision for a tool is a decision on its purpose: "for payments", or what such tools are for. */
function decision(value: string, match: RegExpExecArray): Place | null {
  const [words = "", purpose] = (match[1] ?? "")
    .replace(/ (?:now|from now on|for now)$/, "")
    .split(/ (?:for|as) (?:the |our |my |their )?/);
  const tool = words.replace(/ (?:with|instead of|over|rather than|on) .*$/, "");
  const known = TOOLS.get((tool.split(" ")[0] ?? "").toLowerCase());
  const attribute = purpose ?? (known === "tool" ? undefined : known);
  return attribute === undefined
    ? null
    : { attribute: `choice of ${keyWords(attribute)}`, object: tool === "" ? value : tool, single: true };
}

const fan =
  "(?:(?:an?|the|big|huge|massive|great|real|such|really|very|so) )*(?:fan of|into|fond of|keen on|crazy about|passionate about|obsessed with|interested in)";

/** In order: the first row that fits decides. */
export const VERB_SLOTS: readonly VerbSlot[] = [
  {
    head: /^(?:live|reside|am (?:living|based|residing|located))(?: back)? (?:in|at|near) (.+)$/,
    read: single("residence", isPlace),
  },
  { head: /^(?:moved|relocated)(?: back| over)?(?: from .{1,40}?)? to (.+)$/, read: single("residence", isPlace) },
  {
    head: /^(?:decided|chosen|chose|agreed)(?: to| on)? not to (?:use|go with|switch to|adopt|pick) (.+)$/,
    uncut: true,
    read: (value, match) => negated(decision(value, match)),
  },
  {
    head: /^(?:decided|chosen|chose|picked|agreed|settled|opted)(?: to| on| for)*(?: (?:use|go with|switch to|stick with|stick to|adopt|pick|migrate to|choose|move to|keep using|keep))? (.+)$/,
    uncut: true,
    read: decision,
  },
  { head: /^am going to (?:use|go with|switch to|adopt) (.+)$/, uncut: true, read: decision },
  {
    head: /^(?:switched|migrated|moved|am switching|am migrating|am going|went|am sticking|will go) (?:(?:over )?(?:from \S+ )?to|with) (.+)$/,
    uncut: true,
    read: decision,
  },
  { head: /^(?:use|am using|will use) (.+ for .+)$/, uncut: true, read: decision },
  { head: /^am (?:called|named|known as) (.+)$/, read: single("name") },
  { head: /^am (.+)$/, read: single("name", isName) },
  { head: /^go by (.+)$/, read: single("nickname") },
  {
    head: /^(?:am|turned) (\d{1,3})(?: years? old| yo)?(?=$| (?:now|last|this|today|yesterday|in|on)\b)/,
    read: single("age"),
  },
  { head: /^was born on (.+)$/, read: single("birthday") },
  {
    head: /^(?:work|am working|am employed) as (?:an? |the )?(.+)$/,
    read: (value) => single("job")(beforePlace(value)),
  },
  {
    head: /^(?:work|am working|am employed)(?: part[- ]time| full[- ]time)? (?:at|for|by) (.+)$/,
    read: (value) => single("employer", isEmployer)(value.replace(/ (?:on|as|in) .*$/, "")),
  },
  {
    head: /^(?:joined|started (?:working )?at|got a (?:new )?job at|started a (?:new )?job at) ((?:the )?\p{Lu}.*)$/u,
    read: (value) => single("employer")(value.replace(/ (?:on|as|in) .*$/, "")),
  },
  { head: /^am (?:with|at) (\p{Lu}.*)$/u, read: single("employer") },
  {
    head: /^(?:am|became|turned|went)(?: an?)?(?: strict| strictly| lifelong| fully)? (.+)$/,
    read: (value) => single("diet")(isDiet.exec(value)?.[1] ?? ""),
  },
  { head: /^(?:am|got) (.+)$/, read: (value) => single("marital status")(MARITAL.exec(value)?.[1] ?? "") },
  { head: /^(?:am|became) (?:an?|the) (.+)$/, read: (value) => single("job", isOccupation)(beforePlace(value)) },
  { head: /^(?:am|come)(?: originally)? from (.+)$/, read: single("origin") },
  { head: /^am a native (\w+) speaker/, read: single("native language") },
  { head: /^drive (?:an?|my|their) (.+)$/, read: single("car") },
  { head: /^prefer(?:red)? (.+)$/, uncut: true, read: (value) => preference(beforeReason(value)) },
  {
    head: /^(?:love|like|enjoy|adore)d? (?:to )?(.+)$/,
    uncut: true,
    read: (value) => stance("like", beforeReason(value)),
  },
  { head: /^enjoyed (?:to )?(.+)$/, uncut: true, read: (value) => stance("like", beforeReason(value)) },
  { head: new RegExp(`^am ${fan} (.+)$`), uncut: true, read: (value) => stance("like", beforeReason(value)) },
  {
    head: /^(?:hate|dislike|detest|loathe|despise)(?:d|ed)? (?:to )?(.+)$/,
    uncut: true,
    read: (value) => stance("dislike", beforeReason(value)),
  },
  { head: /^(?:can't|cannot) stand (.+)$/, uncut: true, read: (value) => stance("dislike", beforeReason(value)) },
  { head: /^(?:have|own|adopted|have got) (.+)$/, uncut: true, read: owned },
  { head: /^(?:stopped|quit|gave up) (\w+ing.*)$/, read: (value) => negated(habit(value)) },
  {
    head: /^((?:smoke|drink|eat|drive|play|speak|wear|use|study|practi[cs]e|cook|swim|collect|teach|take|avoid)\b.*)$/,
    uncut: true,
    read: habit,
  },
  { head: /^(?:am|have been) allergic to (.+)$/, uncut: true, read: many("allergy") },
  {
    head: /^am (?:an? )?(.+)$/,
    uncut: true,
    read: (value) => (value.split(" ").length > 8 ? null : many("state")(value)),
  },
];

function habit(value: string): Place {
  const [verb = "", ...object] = value.split(" ");
  return { attribute: `habit of ${keyWords(verb)}`, object: object.join(" "), single: false };
}

function negated(place: Place | null): Place | null {
  return place === null ? null : { ...place, negated: true };
}

const beforePlace = (noun: string): string => noun.replace(/ (?:at|for|in|based|from|of)\b.*$/, "");
const beforeReason = (object: string): string =>
  object.replace(/,? (?:because|since|but|when|as it|especially)\b.*$/, "");
