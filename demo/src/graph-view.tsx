/** The memory graph of the user in view: drawn, and in words below. */
import { useMemo } from "preact/hooks";
import type { Graph } from "keepsake";
import { count } from "./format.ts";
import { draw, type Drawing } from "./graph-layout.ts";
import { users } from "./settings.ts";

const MAX_LABEL = 18;

export function GraphView({ graph }: { graph: Graph }) {
  const drawing = useMemo(() => draw(graph, ({ name }) => shortened(nameOf(name))), [graph]);
  return (
    <figure class="graph card">
      <Picture drawing={drawing} />
      <figcaption>
        <p class="list-note">
          What holds now{drawing.hidden > 0 && `; ${count(drawing.hidden, "thing")} with fewer relations not drawn`}.
        </p>
        <ul class="relations">
          {graph.edges.map(({ id, source, predicate, target }) => (
            <li key={id}>
              <span>{nameOf(source)}</span> <em>{inWords(predicate)}</em> <span>{nameOf(target)}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

function Picture({ drawing: { nodes, edges, width, height } }: { drawing: Drawing }) {
  const name = `${count(nodes.length, "thing")} and ${count(edges.length, "relation")}; the list below says the same`;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={name}>
      {edges.map(({ edge, from, to }) => (
        <g key={edge.id} class="edge">
          <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
          <text x={(from.x + to.x) / 2} y={(from.y + to.y) / 2 + 3}>
            {inWords(edge.predicate)}
          </text>
        </g>
      ))}
      {nodes.map(({ node, label, half, x, y }) => (
        <g key={node.id} class="node" data-type={node.type} data-self={nameOf(node.name) !== node.name}>
          <title>{`${node.name}: ${node.type}`}</title>
          <rect x={x - half.x} y={y - half.y} width={half.x * 2} height={half.y * 2} rx={half.y} />
          <text x={x} y={y + 4}>
            {label}
          </text>
        </g>
      ))}
    </svg>
  );
}

/** The library calls the user "user"; the page knows who that is. */
function nameOf(name: string): string {
  return name.toLowerCase() === "user" ? users.value.current : name;
}

function inWords(predicate: string): string {
  return predicate.replaceAll("_", " ");
}

function shortened(name: string): string {
  return name.length > MAX_LABEL ? `${name.slice(0, MAX_LABEL - 1)}…` : name;
}
