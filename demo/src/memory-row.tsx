/** One memory: its text (as text), where it comes from, its history, editing and deleting. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { HistoryEntry, MemoryItem, SearchResult } from "keepsake";
import { EventBadge, TextDiff } from "./change.tsx";
import { edit, remove } from "./edits.ts";
import { ago, fullDate, inWords } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { memory, report } from "./session.ts";
import { fresh } from "./trace.ts";

type Mode = "read" | "edit" | "confirm" | "history";

export function MemoryRow({ item, score }: { item: MemoryItem & Pick<SearchResult, "superseded">; score?: number }) {
  const [mode, setMode] = useState<Mode>("read");
  const row = useRef<HTMLLIElement>(null);
  const isNew = fresh.value.has(item.id);
  const toggle = (next: Mode): void => setMode(mode === next ? "read" : next);
  /** Back to the button from which it was opened. */
  const leave = (label: string): void => {
    row.current?.querySelector<HTMLElement>(`[aria-label="${label}"]`)?.focus();
    setMode("read");
  };
  return (
    <li
      ref={row}
      class={isNew ? "memory card is-fresh" : "memory card"}
      data-id={item.id}
      data-former={!!item.superseded}
    >
      {mode === "edit" ? (
        <EditForm item={item} onDone={() => leave("Edit")} />
      ) : (
        <p class="memory-text">{item.memory}</p>
      )}
      {score !== undefined && <Score score={score} />}
      <div class="memory-foot">
        <p class="meta">
          <When item={item} />
          {item.attributedTo === "assistant" && <span>said by the assistant</span>}
          {Object.entries(item.metadata).map(([key, value]) => (
            <span class="tag" key={key} title={key}>
              {typeof value === "string" ? value : `${key}: ${JSON.stringify(value)}`}
            </span>
          ))}
        </p>
        <div class="row-actions">
          <RowAction icon="clock" label="History" open={mode === "history"} onClick={() => toggle("history")} />
          {!item.superseded && (
            <>
              <RowAction icon="pencil" label="Edit" open={mode === "edit"} onClick={() => toggle("edit")} />
              <RowAction icon="trash" label="Delete" open={mode === "confirm"} onClick={() => toggle("confirm")} />
            </>
          )}
        </div>
      </div>
      {mode === "confirm" && <ConfirmDelete item={item} onKeep={() => leave("Delete")} />}
      {mode === "history" && <History id={item.id} version={item.updatedAt} />}
    </li>
  );
}

/** A former text says until when it held, and what holds now: edited or deleted would be that. */
function When({ item: { createdAt, updatedAt, superseded } }: { item: Parameters<typeof MemoryRow>[0]["item"] }) {
  if (superseded) {
    return (
      <time dateTime={superseded.at} title={fullDate(superseded.at)}>
        held until {ago(superseded.at)}
        {superseded.by !== null && `; then: ${superseded.by}`}
      </time>
    );
  }
  return (
    <time dateTime={updatedAt} title={fullDate(updatedAt)}>
      {updatedAt === createdAt ? ago(updatedAt) : `changed ${ago(updatedAt)}`}
    </time>
  );
}

interface RowActionProps {
  icon: IconName;
  label: string;
  open: boolean;
  onClick: () => void;
}

function RowAction({ icon, label, open, onClick }: RowActionProps) {
  return (
    <button
      type="button"
      class="quiet icon-only"
      aria-label={label}
      title={label}
      aria-expanded={open}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function Score({ score }: { score: number }) {
  return (
    <div class="score">
      <meter min={0} max={1} value={score} aria-label="Score" />
      <span>{score.toFixed(2)}</span>
    </div>
  );
}

function EditForm({ item, onDone }: { item: MemoryItem; onDone: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [problem, setProblem] = useState("");
  useLayoutEffect(() => field.current?.select(), []);
  const save = async (): Promise<void> => {
    const text = field.current?.value ?? "";
    if (text === item.memory) return onDone();
    try {
      await edit(item, text);
      onDone();
    } catch (error) {
      setProblem(inWords(error));
    }
  };
  return (
    <form
      class="edit"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone();
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
      }}
    >
      <textarea ref={field} rows={2} aria-label="Text of the memory" defaultValue={item.memory} />
      <p class="complaint" role="alert">
        {problem}
      </p>
      <div class="actions">
        <button type="submit" class="primary">
          Save
        </button>
        <button type="button" class="quiet" onClick={onDone}>
          Leave as it was
        </button>
      </div>
    </form>
  );
}

function ConfirmDelete({ item, onKeep }: { item: MemoryItem; onKeep: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  const confirm = (): void => {
    focusMemories();
    void remove(item);
  };
  return (
    <div
      class="confirm"
      role="group"
      aria-label="Delete this memory?"
      onKeyDown={(event) => event.key === "Escape" && onKeep()}
    >
      <span>Delete this memory?</span>
      <button type="button" class="danger-fill" ref={button} onClick={confirm}>
        Delete
      </button>
      <button type="button" onClick={onKeep}>
        Keep
      </button>
    </div>
  );
}

function History({ id, version }: { id: string; version: string }) {
  const [versions, setVersions] = useState<HistoryEntry[] | null>(null);
  useEffect(() => {
    memory().history(id).then(setVersions).catch(report);
  }, [id, version]);
  if (versions === null) return <p class="why">Reading …</p>;
  return (
    <ol class="history" aria-label="History, newest first">
      {versions.map(({ seq, event, memory: text, previousMemory, reason, decidedBy, at }) => (
        <li key={seq}>
          <p class="meta">
            <EventBadge event={event} />
            <span>by {DECIDED_BY[decidedBy]}</span>
            <time dateTime={at} title={fullDate(at)}>
              {ago(at)}
            </time>
          </p>
          {text !== null && previousMemory !== null ? (
            <TextDiff before={previousMemory} after={text} />
          ) : (
            <p class="fact-text">{text ?? previousMemory}</p>
          )}
          <p class="why">{reason}</p>
        </li>
      ))}
    </ol>
  );
}

const DECIDED_BY: Record<HistoryEntry["decidedBy"], string> = {
  llm: "the model",
  rules: "the rules",
  exact: "exact comparison",
  app: "you",
};

/** For whoever has just made the element go that had the focus. */
export function focusMemories(): void {
  document.getElementById("memories-title")?.focus();
}
