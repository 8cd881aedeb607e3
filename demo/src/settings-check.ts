/** What is wrong with a choice, in words, before it is tried. */
import { hostOf, isThisMachine } from "./format.ts";
import type { Settings } from "./settings.ts";

/** Null where nothing stands in the way. */
export function endpointProblem({ baseUrl, llmModel }: Settings): string | null {
  if (llmModel === "") return "Name the endpoint’s model, as the server knows it.";
  return addressProblem(baseUrl, "the endpoint");
}

export function problemOf(next: Settings): string | null {
  const endpoint = next.llm === "endpoint" ? endpointProblem(next) : null;
  if (endpoint !== null || next.embedder === "hashing") return endpoint;
  if (next.embedderModel === "") return "Name the embedding model.";
  if (next.source === "mirror") return addressProblem(next.mirror, "the mirror");
  return next.source === "local" && next.localPath === "" ? "Say where the model’s files are." : null;
}

/** The page's own policy would block other plain http without a word. */
function addressProblem(url: string, what: string): string | null {
  if (!URL.canParse(url) || !/^https?:/.test(url)) return `The address of ${what} must begin with https:// or http://.`;
  if (new URL(url).protocol === "https:" || isThisMachine(url) || new URL(url).origin === location.origin) return null;
  return `This page reaches plain http on this machine only (localhost). For ${hostOf(url)} use https.`;
}
