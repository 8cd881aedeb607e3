/** Which LLM extracts and resolves: none, or an endpoint that speaks OpenAI's API. */
import { signal } from "@preact/signals";
import { TextField } from "./fields.tsx";
import { duration, inWords } from "./format.ts";
import { llmOf } from "./session.ts";
import { endpointProblem } from "./settings-check.ts";
import type { Draft, SectionProps } from "./settings-dialog.tsx";

const PRESETS = [
  { name: "Ollama", url: "http://localhost:11434/v1" },
  { name: "LM Studio", url: "http://localhost:1234/v1" },
];
const TEST_TIMEOUT_MS = 30_000;

type Test = { state: "running" } | { state: "well" | "badly"; text: string };

const test = signal<Test | null>(null);
let tests = 0;

export function resetTest(): void {
  tests++;
  test.value = null;
}

export function LLMSettings({ draft, change }: SectionProps) {
  const set = (part: Partial<Draft>): void => {
    resetTest();
    change(part);
  };
  return (
    <fieldset>
      <legend>Who understands the messages</legend>
      <label class="option">
        <input type="radio" name="llm" checked={draft.llm === "rules"} onChange={() => set({ llm: "rules" })} />
        <span>
          <strong>Rules</strong>
          <small>No model. Instant and offline; plain English only.</small>
        </span>
      </label>
      <label class="option">
        <input type="radio" name="llm" checked={draft.llm === "endpoint"} onChange={() => set({ llm: "endpoint" })} />
        <span>
          <strong>An OpenAI-compatible endpoint</strong>
          <small>Ollama or LM Studio on this machine, or a service of yours.</small>
        </span>
      </label>
      {draft.llm === "endpoint" && <Endpoint draft={draft} change={set} />}
    </fieldset>
  );
}

function Endpoint({ draft, change }: SectionProps) {
  return (
    <div class="sub">
      <div class="presets" role="group" aria-label="Presets">
        {PRESETS.map(({ name, url }) => (
          <button
            key={name}
            type="button"
            aria-pressed={draft.baseUrl === url}
            onClick={() => change({ baseUrl: url })}
          >
            {name}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={PRESETS.every(({ url }) => url !== draft.baseUrl)}
          onClick={() => change({ baseUrl: "https://" })}
        >
          Custom
        </button>
      </div>
      <TextField id="llm-url" label="Base URL" value={draft.baseUrl} onText={(baseUrl) => change({ baseUrl })} />
      <TextField
        id="llm-model"
        label="Model"
        placeholder="qwen3:4b"
        value={draft.llmModel}
        onText={(llmModel) => change({ llmModel })}
      />
      <TextField
        id="llm-key"
        label="Key (optional)"
        secret
        note="Kept in this tab only (sessionStorage), gone when it closes. Sent to this endpoint and nowhere else."
        value={draft.key}
        onText={(key) => change({ key })}
      />
      <div class="test">
        <button type="button" disabled={test.value?.state === "running"} onClick={() => run(draft)}>
          {test.value?.state === "running" ? "Asking …" : "Test"}
        </button>
        <p class="test-result" role="status" data-state={test.value?.state}>
          {test.value && test.value.state !== "running" && test.value.text}
        </p>
      </div>
    </div>
  );
}

/** Asks for a small JSON reply, as an add would. */
async function run(draft: Draft): Promise<void> {
  const mine = ++tests;
  test.value = { state: "running" };
  const result = await ask(draft);
  if (mine === tests) test.value = result;
}

async function ask(draft: Draft): Promise<Test> {
  const problem = endpointProblem(draft);
  if (problem !== null) return { state: "badly", text: problem };
  const started = performance.now();
  try {
    const reply = await llmOf(
      draft,
      draft.key,
    )({
      purpose: "extract",
      messages: [{ role: "user", content: 'Reply with exactly this JSON and nothing else: {"facts":[]}' }],
      schema: { type: "object", properties: { facts: { type: "array", items: {} } }, required: ["facts"] },
      signal: AbortSignal.timeout(TEST_TIMEOUT_MS),
    });
    const ms = duration(performance.now() - started);
    if (reply.trim() === "") return { state: "badly", text: `It answered in ${ms}, but with nothing.` };
    return { state: "well", text: `It answers, in ${ms}.` };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    return { state: "badly", text: timedOut ? "No answer within 30 seconds. Is the model loaded?" : inWords(error) };
  }
}
