/**
 * Words that answer each other's questions: "where do I live?" is asked, and "moved to Hamburg" is what was said; and the
 * two spellings of one word, American and British. English, and only what nearly always means the same of a person; kinds
 * of things, which count less, are in kinds.ts.
 */
import { tokenize } from "./tokenize.ts";

const SYNONYMS = `
live move relocate reside
job work employ
mother mom mum mommy mummy
father dad daddy
airplane aeroplane plane
`;

/** Without those that are another word's stem, too: "tyre" is "tire", and so is "tired". */
const SPELLINGS = `
color/colour favorite/favourite favor/favour flavor/flavour honor/honour humor/humour rumor/rumour labor/labour
neighbor/neighbour neighborhood/neighbourhood behavior/behaviour harbor/harbour tumor/tumour savory/savoury
center/centre theater/theatre meter/metre kilometer/kilometre liter/litre fiber/fibre
license/licence practice/practise defense/defence offense/offence analyze/analyse
program/programme catalog/catalogue dialog/dialogue counselor/counsellor jewelry/jewellery woolen/woollen
gray/grey cozy/cosy skeptical/sceptical pajamas/pyjamas mustache/moustache yogurt/yoghurt donut/doughnut
whiskey/whisky aluminum/aluminium pediatrician/paediatrician anesthetic/anaesthetic gynecologist/gynaecologist
orthopedic/orthopaedic archeology/archaeology artifact/artefact
`;
/** Before -ize or -ise. */
const VERBS = "apolog critic custom emphas hospital memor optim organ priorit real recogn social special summar";

let groups: ReadonlyMap<string, readonly string[]> | undefined;

/** Terms, as `tokenize` writes them, that stand for the same as a term; [] where there are none. */
export function synonyms(term: string): readonly string[] {
  groups ??= new Map(
    lines()
      .map((line) => [...new Set(tokenize(line))])
      .flatMap((terms) => terms.map((one) => [one, terms.filter((other) => other !== one)])),
  );
  return groups.get(term) ?? [];
}

function lines(): string[] {
  const verbs = VERBS.split(" ").map((verb) => `${verb}ize ${verb}ise`);
  return [...SYNONYMS.trim().split("\n"), ...SPELLINGS.trim().split(/\s+/), ...verbs];
}
