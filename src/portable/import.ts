/** Import: a file is checked as a whole, then written part by part, so that no transaction is long and an abort is heard. */
import type { Engine } from "../engine/engine.ts";
import type { ImportResult } from "../engine/results.ts";
import type { ImportBase, ImportMessage, ImportMoment, ImportOutcome, ImportPart, PortableOp } from "./format.ts";
import { readImport, type ImportFile } from "./read.ts";

/** Rows per transaction. */
const PART = 100;

/**
 * @throws {InvalidInputError} that names the path; nothing is written
 * @throws the signal's reason; parts that were written stay, and another import of the same file goes on behind them
 */
export async function importFile(
  engine: Pick<Engine, "import">,
  input: unknown,
  { signal, ...at }: ImportMoment & { signal: AbortSignal | undefined },
): Promise<ImportResult> {
  const { file, leftOut } = readImport(input, at);
  const parts = partsOf(file);
  const highestOrder = highestOrderOf(file);
  const became = new Map<string, ImportOutcome["outcomes"][number]>();
  let base: ImportBase | null = null;
  for (const [i, part] of parts.entries()) {
    signal?.throwIfAborted();
    const place = { base, isLast: i === parts.length - 1, highestOrder };
    const outcome: ImportOutcome = await engine.import({ ...EMPTY, ...part, ...place });
    base = outcome.base;
    for (const [n, { after }] of (part.changes ?? []).entries()) {
      became.set(after.id, stronger(became.get(after.id), outcome.outcomes[n]!));
    }
  }
  const count = (wanted: string): number => [...became.values()].filter((one) => one === wanted).length;
  const isOp = file.changes.some(({ after }) => after.opId === at.opId && became.get(after.id) !== "skipped");
  return {
    added: count("added"),
    updated: count("updated"),
    skipped: count("skipped"),
    ...(isOp && { opId: at.opId }),
    ...(leftOut.length > 0 && { leftOut }),
  };
}

const EMPTY: ImportFile = { scopes: [], ops: [], messages: [], changes: [], entities: [], relations: [] };

function highestOrderOf({ ops, changes }: ImportFile): number {
  const orders = changes.flatMap(({ after: { order, keptOrder = 0 } }) => [order, keptOrder]);
  return [...orders, ...ops.map(({ order }) => order)].reduce((highest, order) => Math.max(highest, order), 0);
}

/** A memory has many changes: one that was added stays added, whatever its later ones do. */
function stronger(before: string | undefined, next: ImportOutcome["outcomes"][number]): typeof next {
  if (before === "added" || next === "added") return "added";
  return before === "updated" ? "updated" : next;
}

/** In this order: a relation needs its memory. */
function partsOf(file: ImportFile): Partial<ImportPart>[] {
  const of = (kind: "scopes" | "entities" | "relations"): Partial<ImportPart>[] =>
    chunks<unknown>(file[kind]).map((rows): Partial<ImportPart> => ({ [kind]: rows }));
  return [...of("scopes"), ...opParts(file), ...of("entities"), ...of("relations")];
}

type OpPart = Pick<ImportPart, "ops" | "messages" | "changes">;

/**
 * An op comes with its messages and the last of its changes: whatever ends the import between two parts, no op is
 * there as done whose memories are not.
 */
function opParts(file: ImportFile): OpPart[] {
  const lastOf = new Map(file.changes.map((change, i) => [change.after.opId, i]));
  const opOf = new Map(file.ops.map((op) => [op.opId, op]));
  const messagesOf = new Map<string, ImportMessage[]>(file.ops.map((op) => [op.opId, []]));
  for (const message of file.messages) messagesOf.get(message.opId)?.push(message);
  const withMessages = (op: PortableOp): OpPart => ({
    ops: [op],
    messages: messagesOf.get(op.opId) ?? [],
    changes: [],
  });
  const units = file.ops.filter((op) => !lastOf.has(op.opId)).map(withMessages);
  for (const [i, change] of file.changes.entries()) {
    const { opId } = change.after;
    const op = lastOf.get(opId) === i ? opOf.get(opId) : undefined;
    units.push({ ...(op ? withMessages(op) : { ops: [], messages: [] }), changes: [change] });
  }
  return joined(units);
}

/** As few parts as hold them; a part is full where another unit begins behind its limit. */
function joined(units: readonly OpPart[]): OpPart[] {
  const parts: OpPart[] = [];
  let rows = PART;
  for (const { ops, messages, changes } of units) {
    if (rows >= PART) {
      parts.push({ ops: [], messages: [], changes: [] });
      rows = 0;
    }
    const part = parts.at(-1)!;
    part.ops.push(...ops);
    part.messages.push(...messages);
    part.changes.push(...changes);
    rows += ops.length + messages.length + changes.length;
  }
  return parts;
}

function chunks<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / PART) }, (_, i) => rows.slice(i * PART, (i + 1) * PART));
}
