/** What happened: every add with its messages, the model's answers, the decisions and why. */
import type { Message } from "keepsake";
import { cancel, flush, flushing, summary, undo } from "./adds.ts";
import { FactCard } from "./change.tsx";
import { loadIntoComposer } from "./composer.tsx";
import { ago, count, duration, fullDate } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { settings } from "./settings.ts";
import { announcement, shownEntries, type Entry, type LLMCall } from "./trace.ts";

export function TracePanel() {
  const shown = shownEntries.value;
  const firstEarlier = shown.findIndex(({ state }) => state === "earlier");
  return (
    <>
      <header class="panel-head">
        <h2 id="trace-title">What happened</h2>
        <p class="panel-note">What was found, decided and why. Newest first.</p>
      </header>
      <p class="sr-only" role="status" aria-live="polite">
        {announcement}
      </p>
      {shown.length === 0 ? (
        <div class="empty">
          <Icon name="spark" />
          <p>
            <strong>Nothing yet.</strong> Try the movie example, or say something about yourself: “I moved to Hamburg
            and I am vegetarian.”
          </p>
        </div>
      ) : (
        <ol class="trace">
          {shown.map((entry, index) => (
            <EntryCard key={entry.opId} entry={entry} firstEarlier={index === firstEarlier} />
          ))}
        </ol>
      )}
    </>
  );
}

const STATES: Record<Entry["state"], { icon: IconName; word: string }> = {
  running: { icon: "spark", word: "Working" },
  done: { icon: "check", word: "Stored" },
  waiting: { icon: "clock", word: "Waiting" },
  refused: { icon: "alert", word: "Not stored" },
  cancelled: { icon: "close", word: "Cancelled" },
  earlier: { icon: "clock", word: "Earlier" },
};

function EntryCard({ entry, firstEarlier }: { entry: Entry; firstEarlier: boolean }) {
  return (
    <li>
      {firstEarlier && (
        <p class="list-note">From before this page was opened, as the histories of the memories tell it.</p>
      )}
      <article
        class="entry card"
        data-state={entry.state}
        data-undone={entry.undoneBy !== null}
        aria-busy={entry.state === "running"}
      >
        <EntryHead entry={entry} />
        <EntryBody entry={entry} />
        <EntryActions entry={entry} />
      </article>
    </li>
  );
}

function EntryHead({ entry: { state, at, ms, userId, results, undoneBy } }: { entry: Entry }) {
  const { icon, word } = STATES[state];
  return (
    <header class="entry-head">
      <h3>
        <Icon name={icon} />
        {undoneBy !== null ? "Taken back" : state === "done" || state === "earlier" ? summary(results) : word}
      </h3>
      <p class="meta">
        <span>{userId}</span>
        {ms !== null && <span>{duration(ms)}</span>}
        <time dateTime={at} title={fullDate(at)}>
          {ago(at)}
        </time>
      </p>
    </header>
  );
}

function EntryBody({ entry }: { entry: Entry }) {
  const { state, messages, results, error, calls } = entry;
  return (
    <>
      {messages.length > 0 && <Said messages={messages} />}
      {messages.length > 0 && <code class="call">{callOf(entry)}</code>}
      {calls.length > 0 && <Calls calls={calls} />}
      {state === "running" && <progress class="working" aria-label="Working" />}
      {results.length > 0 && (
        <ul class="facts">
          {results.map((result, index) => (
            <FactCard key={index} {...result} />
          ))}
        </ul>
      )}
      {state === "done" && results.length === 0 && <p class="why">{nothingFound()}</p>}
      {error !== null && (
        <p class="problem">
          <Icon name="alert" />
          <span>{error}</span>
        </p>
      )}
    </>
  );
}

function EntryActions({ entry }: { entry: Entry }) {
  const { opId, state, messages, error, results, undoneBy } = entry;
  if ((state === "done" || state === "earlier") && results.some(({ event }) => event !== "NONE")) {
    return (
      <div class="actions end">
        <button type="button" class="quiet" onClick={() => undo(entry)}>
          <Icon name="undo" />
          {undoneBy === null ? "Undo" : "Redo"}
        </button>
      </div>
    );
  }
  if (state === "running") {
    return (
      <div class="actions">
        <button type="button" class="quiet" onClick={() => cancel(opId)}>
          Cancel
        </button>
      </div>
    );
  }
  if (state === "waiting") {
    return (
      <>
        <p class="why">
          {error === null
            ? "Accepted and safe, not finished yet."
            : "Nothing is lost: the messages are stored, and it is tried again by itself."}
        </p>
        <div class="actions">
          <button type="button" disabled={flushing.value} onClick={flush}>
            <Icon name="retry" />
            {settings.value.llm === "rules" ? "Finish with the rules" : "Try again"}
          </button>
          <button type="button" class="quiet" onClick={() => cancel(opId)}>
            Cancel
          </button>
        </div>
      </>
    );
  }
  if (state !== "refused" && state !== "cancelled") return null;
  return (
    <div class="actions">
      <button type="button" class="quiet" onClick={() => loadIntoComposer(messages)}>
        <Icon name="pencil" />
        Back to the composer
      </button>
    </div>
  );
}

function Said({ messages }: { messages: Message[] }) {
  return (
    <ul class="said" aria-label={count(messages.length, "message")}>
      {messages.map(({ role, content }, index) => (
        <li key={index} data-role={role}>
          <span class="role">{role}</span>
          <span class="content">{content}</span>
        </li>
      ))}
    </ul>
  );
}

function Calls({ calls }: { calls: LLMCall[] }) {
  return (
    <ul class="calls">
      {calls.map(({ purpose, ms, reply, outcome }, index) => (
        <li key={index}>
          <details>
            <summary>
              <Icon name="chevron" />
              <span>
                Asked the model to <strong>{purpose}</strong>
              </span>
              <span class="meta">{outcome === "answered" && ms !== null ? duration(ms) : outcome}</span>
            </summary>
            <pre tabIndex={0}>{reply || "No answer yet."}</pre>
          </details>
        </li>
      ))}
    </ul>
  );
}

/** The line of code that this card is the result of. */
function callOf({ userId, infer, metadata }: Entry): string {
  const options = [
    `userId: ${JSON.stringify(userId)}`,
    ...(infer ? [] : ["infer: false"]),
    "graph: true",
    ...(Object.keys(metadata).length > 0 ? [`metadata: ${objectLiteral(metadata)}`] : []),
  ];
  return `memory.add(messages, { ${options.join(", ")} })`;
}

function objectLiteral(value: Entry["metadata"]): string {
  return JSON.stringify(value)
    .replace(/"([A-Za-z_]\w*)":/g, " $1: ")
    .replace(/}$/, " }");
}

function nothingFound(): string {
  return settings.value.llm === "rules"
    ? "The rules found no statement about the user. They read plain English in the first person: “I am …”, “I like …”, “I moved to …”."
    : "The model found nothing in these messages that is worth remembering.";
}
