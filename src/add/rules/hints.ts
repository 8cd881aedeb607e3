import { slotOf } from "./slots.ts";
import { plain } from "./words.ts";

/** How else an attribute is said. */
const SAID: ReadonlyMap<string, string> = new Map(
  Object.entries({
    residence: "lives in, based in, moved to, home",
    name: "name, called, goes by",
    nickname: "called, name, goes by",
    employer: "works at, works for, joined, job",
    job: "works as, job, profession, occupation",
    age: "years old, age, turned",
    birthday: "birthday, born on",
    email: "email, address",
    phone: "phone, number, mobile",
    "marital status": "married, single, divorced, engaged, wife, husband",
    diet: "vegetarian, vegan, diet, eats",
    origin: "from, hometown, grew up",
    "native language": "native language, mother tongue, speaks",
    car: "drives, car",
    timezone: "timezone, time zone",
    allergy: "allergic to, allergy",
  }),
);
const STANCE = "likes, loves, enjoys, prefers, hates, dislikes, fan of";
const OWNED = "has, owns, got";
const CHOICE = "decided to use, uses, switched to";

/**
 * Other words under which a memory on the same subject and attribute may stand, so that recall finds "lives
 * in Berlin" from "moved to Hamburg". Words the text has already are left out; empty where its slot is unknown.
 */
export function hintsFor(text: string): string[] {
  const attribute = slotOf(text)?.attribute;
  if (attribute === undefined) return [];
  const has = ` ${plain(text)} `;
  return (SAID.get(attribute) ?? family(attribute))
    .split(", ")
    .filter((hint) => hint !== "" && !has.includes(` ${hint} `));
}

function family(attribute: string): string {
  if (attribute.startsWith("stance ") || attribute.startsWith("preference ")) return STANCE;
  if (attribute.startsWith("has ")) return OWNED;
  if (attribute.startsWith("choice of ")) return `${CHOICE}, ${attribute.slice(10)}`;
  if (attribute.startsWith("favorite ")) return `favorite, ${attribute.slice(9)}`;
  return "";
}
