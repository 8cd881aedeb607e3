/** Where the nodes of a memory graph stand: springs along the edges, a push between all nodes, always the same result. */
import type { Graph, GraphEdge, GraphNode } from "keepsake";

/** Drawn at most; more is a ball of wool. They come with the most relations first. */
const MAX_NODES = 40;
const STEPS = 240;
/** Wished length of an edge, in units of the drawing: room for a label. */
const EDGE = 104;
/** Wider than high: labels are. */
const FLATNESS = 0.72;
const MARGIN = 8;
/** Half a label: its height, and its width by the number of characters. */
const HALF_HEIGHT = 13;
const halfWidth = (label: string): number => label.length * 3.6 + 11;

export interface Placed {
  node: GraphNode;
  label: string;
  /** Half the width and height of the label. */
  half: { x: number; y: number };
  x: number;
  y: number;
}

export interface Drawing {
  nodes: Placed[];
  edges: { edge: GraphEdge; from: Placed; to: Placed }[];
  width: number;
  height: number;
  /** Nodes that are left out. */
  hidden: number;
}

/** @param labelOf what a node is called in the drawing */
export function draw({ nodes, edges }: Graph, labelOf: (node: GraphNode) => string): Drawing {
  const placed = nodes.slice(0, MAX_NODES).map((node, index) => onSpiral(node, labelOf(node), index));
  const byId = new Map(placed.map((one) => [one.node.id, one]));
  const drawn = edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.sourceId), byId.get(edge.targetId)];
    return from && to ? [{ edge, from, to }] : [];
  });
  for (let step = 0; step < STEPS; step++) relax(placed, drawn, EDGE * 0.2 * (1 - step / STEPS));
  return { nodes: placed, edges: drawn, ...fit(placed), hidden: nodes.length - placed.length };
}

/** The golden angle: no two begin at one place, and nothing is random. */
function onSpiral(node: GraphNode, label: string, index: number): Placed {
  const radius = EDGE * 0.6 * Math.sqrt(index);
  const half = { x: halfWidth(label), y: HALF_HEIGHT };
  return { node, label, half, x: radius * Math.cos(index * 2.39996), y: radius * Math.sin(index * 2.39996) };
}

/** One step of Fruchterman and Reingold 1991, with a light pull to the middle. @param most how far a node may move */
function relax(nodes: Placed[], edges: Drawing["edges"], most: number): void {
  const moves = new Map(nodes.map((one) => [one, { x: -one.x * 0.06, y: -one.y * 0.06 }]));
  const push = (a: Placed, b: Placed, force: (distance: number) => number): void => {
    const [dx, dy] = [a.x - b.x, a.y - b.y];
    const distance = Math.hypot(dx, dy) || 1;
    const by = force(distance) / distance;
    moves.get(a)!.x += dx * by;
    moves.get(a)!.y += dy * by;
    moves.get(b)!.x -= dx * by;
    moves.get(b)!.y -= dy * by;
  };
  nodes.forEach((a, i) => nodes.slice(i + 1).forEach((b) => push(a, b, (d) => (EDGE * EDGE) / d)));
  for (const { from, to } of edges) if (from !== to) push(from, to, (d) => -(d * d) / EDGE);
  for (const [one, { x, y }] of moves) {
    const length = Math.hypot(x, y) || 1;
    one.x += (x / length) * Math.min(length, most);
    one.y += (y / length) * Math.min(length, most);
  }
}

/** Moves everything to where the drawing's corner is at 0, 0. */
function fit(nodes: Placed[]): { width: number; height: number } {
  for (const one of nodes) one.y *= FLATNESS;
  const left = Math.min(...nodes.map(({ x, half }) => x - half.x)) - MARGIN;
  const top = Math.min(...nodes.map(({ y, half }) => y - half.y)) - MARGIN;
  for (const one of nodes) {
    one.x -= left;
    one.y -= top;
  }
  return {
    width: Math.max(...nodes.map(({ x, half }) => x + half.x)) + MARGIN,
    height: Math.max(...nodes.map(({ y, half }) => y + half.y)) + MARGIN,
  };
}
