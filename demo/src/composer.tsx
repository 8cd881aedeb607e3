/** What was said: the examples, and a box for messages of one's own. */
import { signal } from "@preact/signals";
import type { Message } from "keepsake";
import { add } from "./adds.ts";
import { EXAMPLES, EXAMPLE_QUERIES, EXAMPLE_TOP_K, EXAMPLE_USER, type Example } from "./examples.ts";
import { Icon, type IconName } from "./icons.tsx";
import { showPanel } from "./panels.ts";
import { search } from "./search.ts";
import { changeUser } from "./users.tsx";

interface Row extends Message {
  key: number;
}

let keys = 0;
const newRow = (role: Message["role"] = "user", content = ""): Row => ({ key: keys++, role, content });

const rows = signal<Row[]>([newRow()]);
const verbatim = signal(false);
const complaint = signal("");

/** For messages that were not stored: to mend them and try again. */
export function loadIntoComposer(messages: Message[]): void {
  rows.value = messages.map(({ role, content }) => newRow(role, content));
  showPanel("say");
}

const ICONS: Record<string, IconName> = {
  movie: "film",
  "movie-verbatim": "quote",
  trip: "plane",
  move: "swap",
  people: "graph",
  change: "retry",
};

export function ComposerPanel() {
  return (
    <>
      <header class="panel-head">
        <h2 id="say-title">Say something</h2>
        <p class="panel-note">Pick an example, or write what a user of your app would say.</p>
      </header>
      <ul class="examples" aria-label="Examples">
        {EXAMPLES.map((example) => (
          <li key={example.id}>
            <button type="button" class="example" title={example.story} onClick={() => run(example)}>
              <Icon name={ICONS[example.id] ?? "spark"} />
              <span>
                <strong>{example.title}</strong>
                <small>{example.story}</small>
              </span>
            </button>
          </li>
        ))}
        {EXAMPLE_QUERIES.map((question) => (
          <li key={question} class="question">
            <button type="button" class="example" onClick={() => ask(question)}>
              <Icon name="search" />
              <span>
                <strong>“{question}”</strong>
                <small>Search what {EXAMPLE_USER} said so far.</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Composer />
    </>
  );
}

async function run({ adds }: Example): Promise<void> {
  changeUser(EXAMPLE_USER);
  showPanel("trace");
  // The second of two is about what the first one stored.
  for (const said of adds) await add(said, EXAMPLE_USER);
}

function ask(question: string): void {
  changeUser(EXAMPLE_USER);
  showPanel("memories");
  search(question, EXAMPLE_TOP_K);
}

function Composer() {
  const list = rows.value;
  return (
    <form
      class="composer card"
      aria-label="Your own messages"
      onSubmit={(event) => {
        event.preventDefault();
        send(event.currentTarget);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.currentTarget.requestSubmit();
      }}
    >
      <ol class="rows">
        {list.map((row, index) => (
          <MessageRow key={row.key} row={row} index={index} removable={list.length > 1} />
        ))}
      </ol>
      <div class="composer-tools">
        <button type="button" class="quiet" onClick={addRow}>
          <Icon name="plus" />
          Add message
        </button>
        <label class="check">
          <input
            type="checkbox"
            checked={verbatim}
            onChange={(event) => (verbatim.value = event.currentTarget.checked)}
          />
          <span>
            Keep word for word <code>infer: false</code>
          </span>
        </label>
      </div>
      <p class="complaint" role="alert">
        {complaint}
      </p>
      <div class="composer-send">
        <span class="hint">
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>
        </span>
        <button type="submit" class="primary">
          Remember
        </button>
      </div>
    </form>
  );
}

function MessageRow({ row, index, removable }: { row: Row; index: number; removable: boolean }) {
  const change = (part: Partial<Row>): void => {
    complaint.value = "";
    rows.value = rows.value.map((one) => (one.key === row.key ? { ...one, ...part } : one));
  };
  return (
    <li class="row">
      <div class="row-head">
        <select
          aria-label={`Who says message ${index + 1}`}
          value={row.role}
          onChange={(event) => change({ role: event.currentTarget.value === "assistant" ? "assistant" : "user" })}
        >
          <option value="user">user</option>
          <option value="assistant">assistant</option>
        </select>
        {removable && (
          <button
            type="button"
            class="quiet icon-only"
            aria-label={`Remove message ${index + 1}`}
            onClick={() => (rows.value = rows.value.filter((one) => one.key !== row.key))}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      <textarea
        rows={2}
        aria-label={`Message ${index + 1}`}
        placeholder={row.role === "user" ? "I’m vegetarian and I live in Berlin." : "Noted!"}
        value={row.content}
        onInput={(event) => change({ content: event.currentTarget.value })}
      />
    </li>
  );
}

function addRow(): void {
  const last = rows.value.at(-1)?.role;
  rows.value = [...rows.value, newRow(last === "user" ? "assistant" : "user")];
}

function send(form: HTMLFormElement): void {
  const messages = rows.value
    .filter(({ content }) => content.trim() !== "")
    .map(({ role, content }): Message => ({ role, content }));
  const first = form.querySelector("textarea");
  if (messages.length === 0) {
    complaint.value = "Write a message first.";
    first?.focus();
    return;
  }
  rows.value = [newRow()];
  showPanel("trace");
  void add({ messages, infer: !verbatim.value, metadata: {} });
}
