/** Topics of a memory: mem0's catalog, and how a topic is recognized without a model. */
import { topicTerms } from "./topics.ts";

/** mem0's default catalog of 15 (facts/mem0.md A.1). The descriptions double as the words the rules look for. */
export const DEFAULT_CATEGORIES: Record<string, string> = {
  personal_details: "name nickname age birthday birth address home live lives moved residence phone email language",
  family: "family mother father mom dad parents sister brother son daughter wife husband partner child children baby",
  professional_details:
    "work works job career company employer colleague boss office profession engineer nurse teacher",
  sports: "sport sports football soccer tennis basketball running marathon gym swimming cycling climbing team match",
  travel: "travel trip flight vacation holiday journey visit hotel abroad tour",
  food: "food eat eats meal cook cooking restaurant vegetarian vegan coffee tea cuisine dish breakfast dinner lunch",
  music: "music song band concert guitar piano album sing singing playlist",
  health: "health doctor allergy allergic illness sick medicine diet sleep therapy injury pain pregnant",
  technology: "technology computer software programming code phone laptop app database typescript python",
  hobbies: "hobby hobbies painting photography gardening reading gaming knitting chess hiking",
  fashion: "fashion clothes dress shoes style wear jacket",
  entertainment: "movie movies film series show tv game games book books theater comedy sci-fi thriller",
  milestones: "graduated graduation married wedding anniversary engaged promotion retired born achievement",
  user_preferences: "prefer prefers favorite like likes love loves hate hates dislike fan",
  misc: "",
};

/** The same for a model, which knows what the names mean. */
export const DEFAULT_NAMES: Record<string, string> = Object.fromEntries(
  Object.keys(DEFAULT_CATEGORIES).map((name) => [name, ""]),
);

/** Topics whose name or description shares a word with a fact of these terms, in the catalog's order. */
export function categoriesByWords(terms: ReadonlySet<string>, catalog: Record<string, string>): string[] {
  const found = Object.entries(catalog).flatMap(([name, about]) =>
    topicTerms(`${name.replaceAll("_", " ")} ${about}`).some((term) => terms.has(term)) ? [name] : [],
  );
  return found.length > 0 || !("misc" in catalog) ? found : ["misc"];
}
