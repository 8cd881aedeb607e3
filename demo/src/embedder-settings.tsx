/** How memories are compared: by hashed words, or by a model that runs on this device. */
import { Field, TextField } from "./fields.tsx";
import { DEFAULTS } from "./settings.ts";
import type { Draft, SectionProps } from "./settings-dialog.tsx";

const SOURCES = [
  { id: "hub", name: "The model hub", note: "Downloaded once, then kept in this browser." },
  { id: "mirror", name: "A mirror of it", note: "A host with the same paths, on your network for example." },
  { id: "local", name: "A path of this site", note: "Files below <path>/<model>/. The hub is never asked." },
] as const;

export function EmbedderSettings({ draft, change }: SectionProps) {
  return (
    <fieldset>
      <legend>How memories are compared</legend>
      <label class="option">
        <input
          type="radio"
          name="embedder"
          checked={draft.embedder === "hashing"}
          onChange={() => change({ embedder: "hashing" })}
        />
        <span>
          <strong>Hashing</strong>
          <small>Nothing to download. Compares words, not meaning.</small>
        </span>
      </label>
      <label class="option">
        <input
          type="radio"
          name="embedder"
          checked={draft.embedder === "model"}
          onChange={() => change({ embedder: "model" })}
        />
        <span>
          <strong>A transformers.js model</strong>
          <small>Compares meaning, on this device. Everything works while it loads.</small>
        </span>
      </label>
      {draft.embedder === "model" && <Model draft={draft} change={change} />}
    </fieldset>
  );
}

/** How much it is, where that is known. */
function noteOf({ id, note }: (typeof SOURCES)[number], { embedderModel, quantized }: Draft): string {
  if (id !== "hub" || embedderModel !== DEFAULTS.embedderModel) return note;
  return `Downloads about ${quantized ? 23 : 90} MB from the model hub, once; then it is kept in this browser.`;
}

function Model({ draft, change }: SectionProps) {
  const source = SOURCES.find(({ id }) => id === draft.source) ?? SOURCES[0];
  return (
    <div class="sub">
      <TextField
        id="embedder-model"
        label="Model"
        placeholder={DEFAULTS.embedderModel}
        value={draft.embedderModel}
        onText={(embedderModel) => change({ embedderModel })}
      />
      <Field id="embedder-source" label="From" note={noteOf(source, draft)}>
        <select
          id="embedder-source"
          aria-describedby="embedder-source-note"
          value={draft.source}
          onChange={(event) => {
            const chosen = SOURCES.find(({ id }) => id === event.currentTarget.value);
            if (chosen) change({ source: chosen.id });
          }}
        >
          {SOURCES.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      {draft.source === "mirror" && (
        <TextField
          id="embedder-mirror"
          label="Host of the mirror"
          placeholder="https://models.example.com/"
          value={draft.mirror}
          onText={(mirror) => change({ mirror })}
        />
      )}
      {draft.source === "local" && (
        <TextField
          id="embedder-path"
          label="Path"
          value={draft.localPath}
          onText={(localPath) => change({ localPath })}
        />
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={draft.quantized}
          onChange={(event) => change({ quantized: event.currentTarget.checked })}
        />
        <span>8-bit weights, a quarter of the size</span>
      </label>
    </div>
  );
}
