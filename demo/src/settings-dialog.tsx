/** The choices: which LLM, which embedder. Nothing changes before "Use these". */
import { signal } from "@preact/signals";
import { useDialog } from "./confirm-dialog.tsx";
import { EmbedderSettings } from "./embedder-settings.tsx";
import { Icon } from "./icons.tsx";
import { LLMSettings, resetTest } from "./llm-settings.tsx";
import { open as openMemory } from "./session.ts";
import { problemOf } from "./settings-check.ts";
import { apiKey, saveSettings, settings, type Settings } from "./settings.ts";

export interface Draft extends Settings {
  key: string;
}

const shown = signal(false);
const complaint = signal("");
const draft = signal<Draft>({ ...settings.value, key: apiKey.value });

export function openSettings(): void {
  draft.value = { ...settings.value, key: apiKey.value };
  complaint.value = "";
  resetTest();
  shown.value = true;
}

export interface SectionProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

export function SettingsDialog() {
  const dialog = useDialog(shown);
  const change = (part: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...part };
    complaint.value = "";
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="settings-title" onClose={() => (shown.value = false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <header class="dialog-head">
          <h2 id="settings-title">Settings</h2>
          <button type="button" class="quiet icon-only" aria-label="Close" onClick={() => (shown.value = false)}>
            <Icon name="close" />
          </button>
        </header>
        <div class="dialog-body">
          <LLMSettings draft={draft.value} change={change} />
          <EmbedderSettings draft={draft.value} change={change} />
        </div>
        <p class="complaint" role="alert">
          {complaint}
        </p>
        <div class="dialog-actions">
          <button type="button" onClick={() => (shown.value = false)}>
            Leave as it was
          </button>
          <button type="submit" class="primary">
            Use these
          </button>
        </div>
      </form>
    </dialog>
  );
}

function apply(): void {
  const { key, ...next } = trimmed(draft.value);
  complaint.value = problemOf(next) ?? "";
  if (complaint.value !== "") return;
  saveSettings(next, key);
  shown.value = false;
  void openMemory();
}

function trimmed(given: Draft): Draft {
  const { baseUrl, llmModel, embedderModel, mirror, localPath, key } = given;
  return {
    ...given,
    baseUrl: baseUrl.trim(),
    llmModel: llmModel.trim(),
    embedderModel: embedderModel.trim(),
    mirror: mirror.trim(),
    localPath: localPath.trim(),
    key: key.trim(),
  };
}
