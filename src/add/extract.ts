/** Messages → facts: by the app's LLM, or by the rules where there is none. */
import type { ClaimedOp } from "../engine/engine.ts";
import { eventTimeOf } from "../text/when.ts";
import type { FactDetails, Message, OpOptions, PendingOp, RelationDraft, Source } from "../types.ts";
import { ask } from "./ask.ts";
import { categoriesByWords, DEFAULT_CATEGORIES } from "./categories.ts";
import { describeImages } from "./describe.ts";
import type { Fact, Run } from "./ports.ts";
import { extractMessages, type ExtractExtras } from "./prompts/extract.ts";
import { proceduralMessages } from "./prompts/procedural.ts";
import {
  EXTRACT_SCHEMA,
  extractSchema,
  validateExtract,
  validateSummary,
  type ExtractedFact,
} from "./reply-formats.ts";
import { cleanData, replySchema } from "./structured-data.ts";
import { extractByRules, relationsByRules } from "./rules/index.ts";
import { knownLines } from "./known-lines.ts";
import { bareLine } from "./recalled.ts";
import { isAbout } from "./topics.ts";

/** A message with its place among those of the op, which provenance refers to. */
interface Said extends Message {
  index: number;
}

export async function extract(run: Run, claim: ClaimedOp): Promise<Fact[]> {
  const { op } = claim;
  const told = await saidIn(run, op);
  const { remembered, kept } = await knownLines(run, op, told);
  const dropped = [...remembered, ...kept];
  run.trace.add({ stage: "context", messages: claim.context, dropped, ...(op.leftOut && { leftOut: op.leftOut }) });
  const said = told.flatMap((message) => withoutLines(message, new Set(dropped)));
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
  const known = dropped.map((text): Fact => {
    const isEcho = kept.has(text);
    return { text, origin: run.llm ? "llm" : "rules", details: {}, ...(isEcho && { isEcho }) };
  });
  return [...facts, ...known];
}

function withoutLines(message: Said, known: ReadonlySet<string>): Said[] {
  if (known.size === 0) return [message];
  const kept = message.content.split("\n").filter((line) => !known.has(bareLine(line)));
  const content = kept.join("\n");
  return content.trim() === "" ? [] : [{ ...message, content }];
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
  const { options } = op;
  const categories = options.customCategories ?? {};
  const custom = options.customPrompts?.extract;
  const dataSchema = options.structuredDataSchema ?? null;
  const { facts } = await ask(run, {
    purpose: "extract",
    messages: extractMessages({
      context: context.filter((message) => message.role !== "system" && message.content.trim() !== ""),
      messages: said.map(({ index: _index, ...message }) => message),
      today: saidOn(op),
      subject: isAgentScope(op) ? "agent" : "user",
      more: extrasOf(op, categories),
      ...(custom !== undefined && { instructions: custom }),
    }),
    schema: extractSchema(Object.keys(categories), options.graph, dataSchema && replySchema(dataSchema)),
    validate: validateExtract,
  });
  return facts.map((fact) => {
    const relations = options.graph ? fact.relations : undefined;
    const { data, dropped } = dataSchema ? cleanData(fact.data, dataSchema) : { data: null, dropped: [] };
    const details = { ...detailsOf(fact, op, said), ...(data && { structuredData: data }) };
    return { text: fact.text, origin: "llm", details, dropped, ...(relations && { relations }) };
  });
}

/** Where the model named none, or there is no model, the fact's own words may. */
function withRelations(fact: Fact): Fact {
  if (fact.relations || fact.details.memoryType === "procedural") return fact;
  return { ...fact, relations: relationsByRules(fact.text) };
}

function extrasOf(op: PendingOp, categories: Record<string, string>): ExtractExtras {
  const { includes, excludes, customInstructions, agentCustomInstructions, graph = false } = op.options;
  const { structuredDataSchema: dataSchema } = op.options;
  const instructions = isAgentScope(op) ? (agentCustomInstructions ?? customInstructions) : customInstructions;
  return {
    categories,
    graph,
    ...(includes !== undefined && { includes }),
    ...(excludes !== undefined && { excludes }),
    ...(instructions !== undefined && { instructions }),
    ...(dataSchema && { dataSchema }),
  };
}

/** An agent that remembers itself: nobody else is named. */
function isAgentScope({ scope }: PendingOp): boolean {
  return scope.agentId !== undefined && scope.userId === undefined;
}

function detailsOf(fact: ExtractedFact, op: PendingOp, said: Said[]): FactDetails {
  const names = new Set(said.flatMap(({ role, name }) => (role === "user" && name !== undefined ? [name] : [])));
  const [actor] = names;
  const catalog = catalogOf(op.options);
  const named = (fact.categories ?? []).filter((name) => Object.hasOwn(catalog, name));
  return {
    ...detailsOfText(fact.text, op, said),
    attributedTo: isAgentScope(op) ? "assistant" : "user",
    ...(named.length > 0 && { categories: named }),
    ...(actor !== undefined && names.size === 1 && { actor }),
  };
}

/** What follows from the text alone. */
function detailsOfText(text: string, op: PendingOp, said: Said[]): FactDetails {
  const categories = categoriesByWords(text, catalogOf(op.options));
  const eventTime = eventTimeOf(text, saidOn(op));
  return {
    sources: said.map(({ index }) => sourceOf(op, index)),
    ...(categories.length > 0 && { categories }),
    ...(eventTime && { eventTime }),
  };
}

function factsByRules(op: PendingOp, said: Said[]): Fact[] {
  const { includes, excludes } = op.options;
  // What an agent says of itself has the form of what a user says of herself.
  const agent = isAgentScope(op);
  const speakers = agent ? said.flatMap(asAgent) : said;
  return extractByRules(speakers).flatMap(({ text, reason, source }): Fact[] => {
    if (includes !== undefined && !isAbout(text, includes)) return [];
    if (excludes !== undefined && isAbout(text, excludes)) return [];
    const speaker = speakers[source]!;
    const details = detailsOfText(text, op, [speaker]);
    const actor = agent ? undefined : speaker.name;
    const who = { attributedTo: agent ? "assistant" : "user", ...(actor !== undefined && { actor }) } as const;
    return [{ text, origin: "rules", reason, details: { ...details, ...who } }];
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
  const sources = said.map(({ index }) => sourceOf(op, index));
  return [{ text, origin: "llm", details: { attributedTo: "assistant", memoryType: "procedural", sources } }];
}

function sourceOf(op: PendingOp, index: number): Source {
  return { opId: op.opId, order: op.order, index };
}

function catalogOf({ customCategories }: OpOptions): Record<string, string> {
  return customCategories ?? DEFAULT_CATEGORIES;
}

/** The instant the messages were said. */
export function saidOn(op: PendingOp): string {
  return op.options.timestamp ?? op.acceptedAt;
}
