/** Reading the memory graph: of all scopes that carry the ids asked for, and nothing of any other (INV-8). */
import {
  entitiesByMemory,
  entitiesIn,
  entityOverlap,
  graphView,
  relationsAround,
  rowsNear,
  type GraphEntity,
  type GraphRelation,
} from "../graph/index.ts";
import { scopeKeyOf } from "../scope.ts";
import { compileFilter } from "../search/filter.ts";
import type { ReadTx, ScopeRow } from "../store/store.ts";
import type { Filter } from "../filter-types.ts";
import type { Graph, GraphNode, ISODate, MemoryRecord, Relation, Scope } from "../types.ts";
import { isoNow, type EngineContext } from "./context.ts";
import type { GraphRequest, RelationsRequest, Selection } from "./engine.ts";
import { selects } from "./selection.ts";
import { readGraph } from "./graph.ts";
import { isVisible } from "./visible.ts";

const TABLES_READ = ["scopes", "memories", "entities", "relations"] as const;
/** Relations beside the results of one search. */
const MAX_RELATIONS = 50;

/** One user's graphs, of all scopes asked for. */
interface OwnedGraph {
  /** Before the ids of its nodes, so that two users' graphs stay apart. */
  prefix: string;
  owner: string | undefined;
  entities: GraphEntity[];
  relations: GraphRelation[];
}

export function readGraphView(context: EngineContext, { scope, entity, depth, at }: GraphRequest): Promise<Graph> {
  const today = at ?? isoNow(context.runtime);
  return context.store.read([...TABLES_READ], async (tx) => {
    const parts: Graph[] = [];
    for (const owned of await graphsOf(tx, { scope })) {
      const relations = await visible(tx, owned.relations, { at: today, filter: null, showExpired: false });
      const options = { depth, ...(entity !== undefined && { entity }), ...(at !== undefined && { at }) };
      parts.push(prefixed(graphView({ ...owned, relations, ...options }), owned.prefix));
    }
    return merged(parts);
  });
}

/** Around what a search found, in its order; at most 50. */
export function readRelationsAround(context: EngineContext, request: RelationsRequest): Promise<Relation[]> {
  const { query, filter, memoryIds, at, showExpired = false } = request;
  const view = { at: at ?? isoNow(context.runtime), filter, showExpired };
  return context.store.read([...TABLES_READ], async (tx) => {
    const found: Relation[] = [];
    for (const { owner, entities, relations } of await graphsOf(tx, request)) {
      const named = entitiesIn(query, { entities, relations, owner });
      const near = await visible(tx, rowsNear(relations, memoryIds, named, at), view);
      const input = { entities, relations: near, memoryIds, named, limit: MAX_RELATIONS };
      found.push(...relationsAround({ ...input, ...(at !== undefined && { at }) }));
    }
    const rank = new Map(memoryIds.map((id, index) => [id, index]));
    // Stable: what is only near keeps its place behind what was found.
    return found
      .sort((a, b) => (rank.get(a.memoryId) ?? Infinity) - (rank.get(b.memoryId) ?? Infinity) || 0)
      .slice(0, MAX_RELATIONS);
  });
}

/**
 * By memory: the share of the entities that the query names which the memory is about, in (0, 1]; memories about none
 * of them are left out. A signal for ranking; it knows nothing of filters.
 */
export function readEntityOverlap(
  context: EngineContext,
  asked: Selection,
  query: string,
): Promise<Map<string, number>> {
  return context.store.read([...TABLES_READ], async (tx) => {
    const overlaps = new Map<string, number>();
    for (const { owner, entities, relations } of await graphsOf(tx, asked)) {
      const named = entitiesIn(query, { entities, relations, owner });
      for (const [memoryId, about] of entitiesByMemory(relations)) {
        const overlap = entityOverlap(named, about);
        if (overlap > 0) overlaps.set(memoryId, overlap);
      }
    }
    return overlaps;
  });
}

async function graphsOf(tx: ReadTx, asked: Selection): Promise<OwnedGraph[]> {
  const isAsked = selects(asked);
  const owned = new Map<string, OwnedGraph>();
  for (const row of await tx.getAll("scopes")) {
    if (!isAsked(row.scope)) continue;
    const prefix = prefixOf(row, asked.scope);
    const graph = owned.get(prefix) ?? { prefix, owner: row.scope.userId, entities: [], relations: [] };
    const { entities, relations } = await readGraph(tx, row.scopeKey);
    graph.entities = mergedEntities([...graph.entities, ...entities]);
    graph.relations.push(...relations);
    owned.set(prefix, graph);
  }
  return [...owned.values()];
}

/**
 * Scopes of one user share "User" and "Anna"; scopes of different users do not. Where the call names the user, or
 * just one scope, there is nothing to keep apart.
 */
function prefixOf({ scope, scopeKey }: ScopeRow, asked: Scope): string {
  if (asked.userId !== undefined || scopeKey === scopeKeyOf(asked)) return "";
  return `${scope.userId ?? scopeKey}/`;
}

/** One of each id; the more specific type wins. */
function mergedEntities(entities: GraphEntity[]): GraphEntity[] {
  const byId = new Map<string, GraphEntity>();
  for (const entity of entities) {
    const known = byId.get(entity.id);
    if (!known) byId.set(entity.id, entity);
    else {
      const aliases = [...new Set([...known.aliases, ...entity.aliases])];
      byId.set(entity.id, { ...known, type: known.type === "thing" ? entity.type : known.type, aliases });
    }
  }
  return [...byId.values()];
}

/** Relations of memories that a read may show: not expired, and passing the filter. */
async function visible(
  tx: ReadTx,
  rows: readonly GraphRelation[],
  { at, filter, showExpired }: { at: ISODate; filter: Filter | null; showExpired: boolean },
): Promise<GraphRelation[]> {
  const accepts = filter ? compileFilter(filter) : () => true;
  const shown = new Map<string, boolean>();
  for (const memoryId of new Set(rows.map((row) => row.memoryId))) {
    const record = await tx.get("memories", memoryId);
    shown.set(memoryId, record !== undefined && isShown(record, at, showExpired) && accepts(record));
  }
  return rows.filter((row) => shown.get(row.memoryId));
}

/** That a memory was deleted, its relations tell themselves: they end then. */
function isShown({ deletedAt: _deletedAt, ...record }: MemoryRecord, at: ISODate, showExpired: boolean): boolean {
  return isVisible(record, at, showExpired);
}

function prefixed({ nodes, edges }: Graph, prefix: string): Graph {
  if (prefix === "") return { nodes, edges };
  return {
    nodes: nodes.map((node) => ({ ...node, id: prefix + node.id })),
    edges: edges.map((edge) => ({ ...edge, sourceId: prefix + edge.sourceId, targetId: prefix + edge.targetId })),
  };
}

function merged(parts: Graph[]): Graph {
  const byDegree = (a: GraphNode, b: GraphNode): number => b.degree - a.degree || (a.name < b.name ? -1 : 1);
  const [first, ...rest] = parts;
  if (!first || rest.length === 0) return first ?? { nodes: [], edges: [] };
  return {
    nodes: parts.flatMap((part) => part.nodes).sort(byDegree),
    edges: parts.flatMap((part) => part.edges).sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0)),
  };
}
