/** Export: everything of some scopes, as they are at one moment, in the format of `docs/export-format.md`. */
import {
  FORMAT,
  FORMAT_VERSION,
  type KeepsakeExport,
  type PortableMemory,
  type PortableVector,
} from "../portable/format.ts";
import * as shapes from "../portable/shapes.ts";
import { encodeVector } from "../portable/vectors.ts";
import { carries } from "../scope.ts";
import type {
  EntityRow,
  MessageRow,
  OpRow,
  ReadTx,
  RelationRow,
  ScopeRow,
  TableName,
  VectorRow,
} from "../store/store.ts";
import type { Change, MemoryRecord } from "../types.ts";
import type { EngineContext } from "./context.ts";
import type { ExportRequest } from "./engine.ts";
import { knownSpaces } from "./spaces.ts";

interface Rows {
  scopes: ScopeRow[];
  memories: MemoryRecord[];
  changes: Change[];
  ops: OpRow[];
  messages: MessageRow[];
  entities: EntityRow[];
  relations: RelationRow[];
  vectors: VectorRow[];
}

/** Equal databases give equal files, byte by byte: nothing in it is of the moment or of the device. */
export async function exportAll(context: EngineContext, request: ExportRequest): Promise<KeepsakeExport> {
  const always: TableName[] = ["meta", "scopes", "memories", "changes", "ops", "messages", "entities", "relations"];
  const tables: TableName[] = request.vectors ? [...always, "vectors"] : always;
  return portable(await context.store.read(tables, (tx) => readRows(tx, request)), request);
}

async function readRows(tx: ReadTx, { scope: asked, vectors }: ExportRequest): Promise<Rows> {
  const scopes = (await tx.getAll("scopes")).filter(({ scope }) => asked === null || carries(scope, asked));
  const keys = new Set(scopes.map((row) => row.scopeKey));
  const ops = (await tx.getAll("ops")).filter((row) => keys.has(row.scopeKey));
  const rows: Rows = { scopes, memories: [], changes: [], ops, messages: [], entities: [], relations: [], vectors: [] };
  const spaces = vectors ? await knownSpaces(tx) : [];
  for (const scopeKey of keys) {
    const inScope = { index: "scope", prefix: [scopeKey] };
    rows.memories.push(...(await tx.getAll("memories", inScope)));
    rows.changes.push(...(await tx.getAll("changes", inScope)));
    rows.messages.push(...(await tx.getAll("messages", { prefix: [scopeKey] })));
    rows.entities.push(...(await tx.getAll("entities", { prefix: [scopeKey] })));
    rows.relations.push(...(await tx.getAll("relations", inScope)));
    for (const space of spaces) rows.vectors.push(...(await tx.getAll("vectors", { prefix: [space, scopeKey] })));
  }
  return rows;
}

function portable(rows: Rows, request: ExportRequest): KeepsakeExport {
  const { scopes, memories, changes, ops, messages, entities, relations } = rows;
  const scopeOf = new Map(scopes.map((row) => [row.scopeKey, row.scope]));
  const versions = [...memories, ...changes.map((change) => change.after)];
  const order = ranks(
    [...ops, ...versions].map((row) => row.order).concat(versions.flatMap((one) => one.keptOrder ?? [])),
  );
  const seq = ranks(relations.flatMap((row) => [row.openedSeq, row.seq]));
  const opIds = new Set(ops.map((op) => op.opId));
  const version = (record: MemoryRecord): PortableMemory => shapes.memory(portableMemory(record, order), record.id);
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    scopes: scopes.map((row) => shapes.scope(row.scope, "scopes")),
    memories: memories.sort((a, b) => a.createdSeq - b.createdSeq).map(version),
    history: changes
      .sort((a, b) => a.seq - b.seq)
      .map(({ event, at, reason, decidedBy, undoes, after }) =>
        shapes.change({ event, at, reason, decidedBy, undoes, after: version(after) }, "history"),
      ),
    ops: ops
      .sort((a, b) => a.order - b.order)
      .map(({ opId, scopeKey, order: at, committedAt, result }) =>
        shapes.op({ opId, scope: scopeOf.get(scopeKey), order: order.get(at), committedAt, result }, "ops"),
      ),
    // Those of ops that wait go with their ops.
    messages: messages
      .filter((row) => opIds.has(row.opId))
      .sort((a, b) => a.order - b.order || a.index - b.index)
      .map(({ scopeKey: _s, order: _o, ...row }) => shapes.message(row, "messages")),
    entities: entities.map(({ scopeKey, ...row }) =>
      shapes.entity({ ...row, scope: scopeOf.get(scopeKey) }, "entities"),
    ),
    relations: relations.map(({ scopeKey, ...row }) => {
      const numbers = { openedSeq: seq.get(row.openedSeq), seq: seq.get(row.seq) };
      return shapes.relation({ ...row, ...numbers, scope: scopeOf.get(scopeKey) }, "relations");
    }),
    ...(request.vectors && { vectors: portableVectors(rows) }),
  };
}

function portableMemory(record: MemoryRecord, order: ReadonlyMap<number, number>): object {
  const { scopeKey: _k, hash: _h, seq: _s, createdSeq: _c, keptOrder, sources, ...rest } = record;
  const from = sources?.map(({ opId, index }) => ({ opId, index }));
  const kept = keptOrder !== undefined && { keptOrder: order.get(keptOrder) };
  return { ...rest, order: order.get(record.order), ...kept, ...(from && { sources: from }) };
}

/** By space, then in the order of the memories. */
function portableVectors({ memories, vectors }: Rows): PortableVector[] {
  const place = new Map(memories.map(({ id, hash, deletedAt }, i) => [id, deletedAt ? null : { i, hash }]));
  return vectors
    .filter((row) => place.get(row.id)?.hash === row.hash)
    .sort((a, b) => (a.space === b.space ? place.get(a.id)!.i - place.get(b.id)!.i : a.space < b.space ? -1 : 1))
    .map(({ id, space, vector }) => ({ id, space, vector: encodeVector(vector) }));
}

/** The numbers 1, 2, 3 … in place of those given, in their order. */
function ranks(values: readonly number[]): Map<number, number> {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return new Map(sorted.map((value, i) => [value, i + 1]));
}
