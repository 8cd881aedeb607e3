/** What is in use: LLM, embedder, engine, storage, network; and what leaves the machine. */
import type { EmbedderInfo } from "keepsake";
import { count, hostOf, isThisMachine } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { narrow } from "./panels.ts";
import { info, online } from "./session.ts";
import { settings } from "./settings.ts";

interface Fact {
  icon: IconName;
  term: string;
  value: string;
  /** Where the value says enough to the eye. */
  silent?: boolean;
  short?: string;
}

export function StatusBar() {
  const facts = statusFacts();
  const list = (
    <ul class="status-list">
      {facts.map(({ icon, term, value, silent = false }) => (
        <li key={term}>
          <Icon name={icon} />
          <span class={silent && !narrow.value ? "sr-only" : "term"}>{term}</span> <span class="value">{value}</span>
        </li>
      ))}
    </ul>
  );
  if (!narrow.value) return <div class="status">{list}</div>;
  return (
    <details class="status">
      <summary>
        <Icon name="chevron" />
        <span>
          {facts
            .map(({ short }) => short)
            .filter(Boolean)
            .join(" · ")}
        </span>
      </summary>
      {list}
    </details>
  );
}

function statusFacts(): Fact[] {
  const now = info.value;
  const { llm, baseUrl, llmModel } = settings.value;
  const embedder = embedderInWords(now?.embedder);
  return [
    {
      icon: "spark",
      term: "LLM",
      value: llm === "rules" ? "none: rules, English only" : `${llmModel} at ${hostOf(baseUrl)}`,
      short: llm === "rules" ? "Rules" : llmModel,
    },
    { icon: "vector", term: "Embedder", value: embedder, short: embedder.split(",")[0] ?? embedder },
    {
      icon: "cpu",
      term: "Engine",
      silent: true,
      value: now === null ? "starting …" : now.engine === "worker" ? "web worker" : "inline, on this page",
    },
    {
      icon: "box",
      term: "Storage",
      silent: true,
      value:
        now === null ? "opening …" : now.storage === "indexeddb" ? "IndexedDB" : "memory only, gone with this page",
    },
    {
      icon: "network",
      term: "Network",
      silent: true,
      value: online.value ? "online" : needsNetwork() ? "offline" : "offline, and not needed",
      short: online.value ? "online" : "offline",
    },
    {
      icon: "check",
      term: "Stored",
      silent: true,
      value: now === null ? "…" : count(now.memories, "memory", "memories"),
    },
  ];
}

function embedderInWords(embedder: EmbedderInfo | undefined): string {
  const model = settings.value.embedderModel.split("/").at(-1) ?? "model";
  if (settings.value.embedder === "hashing" || !embedder) return "hashing, no download";
  switch (embedder.model) {
    case "ready":
      return `${model}, on this device`;
    case "embedding": {
      const { done, total } = embedder.embedded ?? { done: 0, total: 0 };
      return `hashing, while ${model} re-embeds ${done}/${total}`;
    }
    case "unavailable":
      return "hashing, the model could not be loaded";
    default:
      return `hashing, while ${model} loads`;
  }
}

function needsNetwork(): boolean {
  const { llm, baseUrl } = settings.value;
  return llm === "endpoint" && !isThisMachine(baseUrl);
}

/** One line on privacy that is always true. */
export function Leaving() {
  const { llm, baseUrl, embedder, source } = settings.value;
  const parts: string[] = [];
  if (llm === "endpoint") {
    parts.push(
      isThisMachine(baseUrl)
        ? `Messages and the memories near them go to ${hostOf(baseUrl)}, a server on this machine.`
        : `Messages and the memories near them go to ${hostOf(baseUrl)}, the endpoint you chose.`,
    );
  }
  if (embedder === "model" && source !== "local") parts.push("Model files are downloaded; your texts are not sent.");
  return (
    <p class="leaving">
      <Icon name="lock" />
      <span>
        {parts.length > 0
          ? `${parts.join(" ")} Nothing else leaves this machine.`
          : "Nothing leaves this machine. No server, no account, no telemetry."}
      </span>
    </p>
  );
}
