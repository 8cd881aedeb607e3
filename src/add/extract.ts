/** Messages → facts: by the app's LLM, or by the rules where there is none. */
import type { ClaimedOp } from "../engine/engine.ts";
import { localDay } from "../text/calendar.ts";
import { eventTimeOf } from "../text/when.ts";
import type { FactDetails, ISODay, OpOptions, PendingOp, RelationDraft } from "../types.ts";
import { ask } from "./ask.ts";
import { categoriesByWords, DEFAULT_CATEGORIES, DEFAULT_NAMES } from "./categories.ts";
import { describeImages } from "./describe.ts";
import type { Fact, Run } from "./ports.ts";
import { extractMessages, type ExtractExtras } from "./prompts/extract.ts";
import { proceduralMessages } from "./prompts/procedural.ts";
import { isAgentScope, provenanceByModel, provenanceOf, type Said } from "./provenance.ts";
import {
  EXTRACT_SCHEMA,
  extractSchema,
  validateExtract,
  validateSummary,
  type ExtractedFact,
} from "./reply-extract.ts";
import { cleanData, replySchema } from "./structured-data.ts";
import { extractByRules, relationsByRules } from "./rules/index.ts";
import { withoutKnown } from "./known-lines.ts";
import { isWanted, termsOfFact } from "./topics.ts";

export async function extract(run: Run, claim: ClaimedOp): Promise<Fact[]> {
  const { op } = claim;
  const { said, known } = await withoutKnown(run, op, await saidIn(run, op));
  const leftOut = op.leftOut && { leftOut: op.leftOut };
  run.trace.add({ stage: "context", messages: claim.context, dropped: known, ...leftOut });
  const found = said.length === 0 ? [] : await findFacts(run, claim, said);
  const facts = op.options.graph ? found.map(withRelations) : found;
  run.trace.add({
    stage: "facts",
    by: run.llm ? "llm" : "rules",
    facts: facts.map(({ text, reason, dropped = [], details: { structuredData } }) => ({
      text,
      ...(reason !== undefined && { reason }),
      ...(structuredData && { structuredData }),
      ...(dropped.length > 0 && { dropped }),
    })),
  });
  // What is known is told as such, like any fact that is stored already.
  const origin = run.llm ? "llm" : "rules";
  return [...facts, ...known.map((text): Fact => ({ text, origin, details: {}, pasted: true }))];
}

/** The messages that somebody said, images told in words. System messages instruct the app's model. */
export async function saidIn(run: Run, op: PendingOp): Promise<Said[]> {
  const indexed = op.messages.map((message, index) => ({ ...message, index }));
  const spoken = indexed.filter((message) => message.role !== "system");
  const told = await describeImages(run, op, spoken);
  return told.flatMap((message, i) => (message.content.trim() === "" ? [] : [{ ...message, index: spoken[i]!.index }]));
}

function findFacts(run: Run, claim: ClaimedOp, said: Said[]): Promise<Fact[]> {
  if (claim.op.options.memoryType === "procedural") return sumUp(run, claim.op, said);
  return run.llm ? askForFacts(run, claim, said) : Promise.resolve(factsByRules(claim.op, said));
}

async function askForFacts(run: Run, { op, context }: ClaimedOp, said: Said[]): Promise<Fact[]> {
  const { graph = false, structuredDataSchema: dataSchema, customPrompts } = op.options;
  const more = extrasOf(op, said);
  const { facts } = await ask(run, {
    purpose: "extract",
    messages: extractMessages({
      context: context.filter((message) => message.role !== "system" && message.content.trim() !== ""),
      messages: said.map(({ index: _index, ...message }) => message),
      today: saidOn(op),
      subject: isAgentScope(op.scope) ? "agent" : "user",
      more,
      ...(customPrompts?.extract !== undefined && { instructions: customPrompts.extract }),
    }),
    schema: extractSchema({
      from: more.from,
      categories: Object.keys(more.categories),
      graph,
      data: dataSchema ? replySchema(dataSchema) : null,
    }),
    validate: validateExtract,
  });
  return facts.map((fact) => toFact(fact, op, said));
}

function toFact(fact: ExtractedFact, op: PendingOp, said: Said[]): Fact {
  const { graph, structuredDataSchema: dataSchema } = op.options;
  const from = provenanceByModel(fact, op, said);
  const { data, dropped } = dataSchema ? cleanData(fact.data, dataSchema) : { data: null, dropped: [] };
  const catalog = catalogOf(op.options);
  const categories = (fact.categories ?? []).filter((name) => Object.hasOwn(catalog, name));
  const details: FactDetails = {
    ...from.provenance,
    ...detailsOf(fact.text, op, from.provenance.actor),
    ...(categories.length > 0 && { categories }),
    ...(data && { structuredData: data }),
  };
  const relations = graph ? fact.relations : undefined;
  const { text } = fact;
  return { text, origin: "llm", details, dropped: [...from.dropped, ...dropped], ...(relations && { relations }) };
}

/** Where the model named none, or there is no model, the fact's own words may. */
function withRelations(fact: Fact): Fact {
  if (fact.relations || fact.details.memoryType === "procedural") return fact;
  return { ...fact, relations: relationsByRules(fact.text) };
}

function extrasOf(op: PendingOp, said: Said[]): ExtractExtras {
  const { includes, excludes, customInstructions, agentCustomInstructions, graph = false } = op.options;
  const { customCategories, customPrompts, structuredDataSchema: dataSchema } = op.options;
  const isOwn = customPrompts?.extract !== undefined;
  const instructions = isAgentScope(op.scope) ? (agentCustomInstructions ?? customInstructions) : customInstructions;
  return {
    // Of one message there is nothing to tell apart; and a prompt of the app's own does not ask for it.
    from: !isOwn && said.length > 1,
    categories: customCategories ?? (isOwn ? {} : DEFAULT_NAMES),
    graph,
    ...(includes !== undefined && { includes }),
    ...(excludes !== undefined && { excludes }),
    ...(instructions !== undefined && { instructions }),
    ...(dataSchema && { dataSchema }),
  };
}

/** What follows from the text. */
function detailsOf(text: string, op: PendingOp, actor: string | undefined): FactDetails {
  const categories = categoriesByWords(termsOfFact(text, actor), catalogOf(op.options));
  const eventTime = eventTimeOf(text, saidOn(op));
  return {
    ...(categories.length > 0 && { categories }),
    ...(eventTime && { eventTime }),
  };
}

function factsByRules(op: PendingOp, said: Said[]): Fact[] {
  // What an agent says of itself has the form of what a user says of herself.
  const agent = isAgentScope(op.scope);
  const speakers = agent ? said.flatMap(asAgent) : said;
  return extractByRules(speakers, agent ? "agent" : "user").flatMap(({ text, reason, source }): Fact[] => {
    const { index, name } = speakers[source]!;
    if (!isWanted(termsOfFact(text, name), op.options)) return [];
    const spoken = said.filter((message) => message.index === index);
    const from = provenanceOf(op, spoken);
    return [{ text, origin: "rules", reason, details: { ...from, ...detailsOf(text, op, from.actor) } }];
  });
}

/** By the index of a message: relations of what it says, as the rules understand it. For what is stored word for word. */
export function relationsSaid(op: PendingOp, said: Said[]): Map<number, RelationDraft[]> {
  const relations = new Map<number, RelationDraft[]>();
  for (const { text, details } of factsByRules(op, said)) {
    const { index } = details.sources![0]!;
    relations.set(index, [...(relations.get(index) ?? []), ...relationsByRules(text)]);
  }
  return relations;
}

function asAgent(message: Said): Said[] {
  return message.role === "assistant" ? [{ ...message, role: "user", name: "Agent" }] : [];
}

/** One memory that sums up an agent's run. */
async function sumUp(run: Run, op: PendingOp, said: Said[]): Promise<Fact[]> {
  const text = await ask(run, {
    purpose: "extract",
    messages: proceduralMessages(said, op.options.customPrompts?.procedural),
    schema: EXTRACT_SCHEMA,
    validate: validateSummary,
  });
  const { sources } = provenanceOf(op, said);
  return [{ text, origin: "llm", details: { attributedTo: "assistant", memoryType: "procedural", sources } }];
}

function catalogOf({ customCategories }: OpOptions): Record<string, string> {
  return customCategories ?? DEFAULT_CATEGORIES;
}

/** The day on which the messages were said: where they are of now, by the clock of this device. */
export function saidOn({ options, acceptedAt }: PendingOp): ISODay {
  return options.timestamp?.slice(0, 10) ?? localDay(acceptedAt);
}
