/** Import: a file is checked as a whole, then written part by part, so that no transaction is long and an abort is heard. */
import type { Engine } from "../engine/engine.ts";
import type { ImportResult } from "../engine/results.ts";
import type { ImportBase, ImportOutcome, ImportPart } from "./format.ts";
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
  { nowIso, signal }: { nowIso: string; signal: AbortSignal | undefined },
): Promise<ImportResult> {
  const parts = partsOf(readImport(input, nowIso));
  const became = new Map<string, ImportOutcome["outcomes"][number]>();
  let base: ImportBase | null = null;
  for (const [i, part] of parts.entries()) {
    signal?.throwIfAborted();
    const outcome: ImportOutcome = await engine.import({ ...EMPTY, ...part, base, isLast: i === parts.length - 1 });
    base = outcome.base;
    for (const [n, { after }] of (part.changes ?? []).entries()) {
      became.set(after.id, stronger(became.get(after.id), outcome.outcomes[n]!));
    }
  }
  const count = (wanted: string): number => [...became.values()].filter((one) => one === wanted).length;
  return { added: count("added"), updated: count("updated"), skipped: count("skipped") };
}

const EMPTY: ImportFile = { scopes: [], ops: [], messages: [], changes: [], entities: [], relations: [] };

/** A memory has many changes: one that was added stays added, whatever its later ones do. */
function stronger(before: string | undefined, next: ImportOutcome["outcomes"][number]): typeof next {
  if (before === "added" || next === "added") return "added";
  return before === "updated" ? "updated" : next;
}

/** In this order: a message needs its op, a relation its memory. */
function partsOf(file: ImportFile): Partial<ImportPart>[] {
  return (["scopes", "ops", "messages", "changes", "entities", "relations"] as const).flatMap((kind) =>
    chunks<unknown>(file[kind]).map((rows): Partial<ImportPart> => ({ [kind]: rows })),
  );
}

function chunks<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / PART) }, (_, i) => rows.slice(i * PART, (i + 1) * PART));
}
