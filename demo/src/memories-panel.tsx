/** What is known: search, and the memories of the user in view. */
import { signal } from "@preact/signals";
import { undo } from "./adds.ts";
import { entries, find } from "./trace.ts";
import { count, duration, inWords } from "./format.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { deleted, tidied, tidyUp } from "./edits.ts";
import { FoundMessages } from "./found-messages.tsx";
import { GraphView } from "./graph-view.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { focusMemories, MemoryRow } from "./memory-row.tsx";
import { found, query, search, searching, topK, type } from "./search.ts";
import { graph, info, memories, memory, notice, refresh } from "./session.ts";
import { users } from "./settings.ts";

/** What docs/memory.md recommends as `threshold`. */
const CLOSE = 0.1;

const confirming = signal(false);
const drawn = signal(false);

export function MemoriesPanel() {
  const all = memories.value;
  const { current } = users.value;
  return (
    <>
      <header class="panel-head">
        <h2 id="memories-title" tabIndex={-1}>
          What is remembered
        </h2>
        <p class="panel-note">
          {all === null
            ? "Reading …"
            : all.length === 0
              ? `What is kept about ${current} stands here.`
              : `${count(all.length, "memory", "memories")} about ${current}, newest first.`}
        </p>
      </header>
      <SearchBox />
      <Deleted />
      {found.value ? <Found /> : <Known />}
      {(info.value?.memories ?? 0) > 0 && (
        <footer class="panel-foot">
          <p class="list-note" role="status">
            {tidied.value?.userId === current && tidied.value.text}
          </p>
          <button
            type="button"
            class="quiet"
            title="Merge what says the same, put aside what no longer holds"
            disabled={(all?.length ?? 0) < 2}
            onClick={() => tidyUp(current)}
          >
            <Icon name="spark" />
            Tidy up
          </button>
          <button type="button" class="quiet danger" onClick={() => (confirming.value = true)}>
            <Icon name="trash" />
            Delete everything
          </button>
        </footer>
      )}
      <ConfirmDialog
        open={confirming}
        title="Delete everything?"
        text={`${count(info.value?.memories ?? 0, "memory", "memories")} of all users, with their history and whatever still waits. This cannot be undone.`}
        action="Delete everything"
        onConfirm={deleteEverything}
      />
    </>
  );
}

/** Says what was deleted by hand, where it stood, and takes it back. */
function Deleted() {
  const entry = deleted.value;
  const isOver = entry === null || entry.userId !== users.value.current || find(entry.opId)?.undoneBy !== null;
  return (
    <p class="deleted" role="status" hidden={isOver}>
      {!isOver && (
        <>
          <span>Deleted: {entry.results[0]?.memory}</span>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              focusMemories();
              void undo(entry);
            }}
          >
            <Icon name="undo" />
            Undo
          </button>
        </>
      )}
    </p>
  );
}

async function deleteEverything(): Promise<void> {
  try {
    await memory().reset();
    entries.value = [];
    deleted.value = null;
    tidied.value = null;
    focusMemories();
    search("");
    await refresh();
  } catch (error) {
    notice.value = inWords(error);
  }
}

function SearchBox() {
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(query.value);
      }}
    >
      <div class="search-field">
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search the memories"
          placeholder="What should we watch?"
          autocomplete="off"
          value={query}
          onInput={(event) => type(event.currentTarget.value)}
        />
        {query.value !== "" && (
          <button type="button" class="quiet icon-only" aria-label="Clear the search" onClick={() => search("")}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <label class="top-k">
        <span class="top-word">
          top<span class="sr-only"> results</span>
        </span>
        <select value={topK} onChange={(event) => search(query.value, Number(event.currentTarget.value))}>
          {[3, 5, 10, 20].map((k) => (
            <option key={k} value={k}>
              {k}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

/** Best first. Those that share nothing with the question are set apart: a search by words has no opinion on them. */
function Found() {
  const { results = [], messages = [], ms = 0, query: asked = "" } = found.value ?? {};
  const close = results.filter(({ score }) => score >= CLOSE);
  const rest = results.filter(({ score }) => score < CLOSE);
  return (
    <section aria-label="Search results" aria-busy={searching}>
      <p class="list-note" role="status">
        {close.length === 0 ? `Nothing close to “${asked}”` : count(close.length, "result")} · {duration(ms)}
      </p>
      <ul class="memories">
        {close.map((item) => (
          // A former text has the id of the memory that holds now.
          <MemoryRow key={`${item.id} ${item.superseded?.at}`} item={item} score={item.score} />
        ))}
      </ul>
      {messages.length > 0 && <FoundMessages messages={messages} />}
      {rest.length > 0 && (
        <>
          <p class="list-note divider">{LEXICAL_NOTE[info.value?.embedder.kind ?? "lexical"]}</p>
          <ul class="memories faint">
            {rest.map((item) => (
              <MemoryRow key={item.id} item={item} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const LEXICAL_NOTE = {
  lexical: "No words in common with the question. A model would compare meaning: see Settings.",
  semantic: "Not close to the question in words or meaning.",
};

/** All of it, as a list or as the graph of what holds. */
function Known() {
  const hasGraph = graph.value.edges.length > 0;
  return (
    <>
      {hasGraph && (
        <div class="views" role="group" aria-label="Show the memories as">
          <ViewButton icon="list" name="List" isDrawn={false} />
          <ViewButton icon="graph" name="Graph" isDrawn />
        </div>
      )}
      {hasGraph && drawn.value ? <GraphView graph={graph.value} /> : <All />}
    </>
  );
}

function ViewButton({ icon, name, isDrawn }: { icon: IconName; name: string; isDrawn: boolean }) {
  return (
    <button type="button" class="quiet" aria-pressed={drawn.value === isDrawn} onClick={() => (drawn.value = isDrawn)}>
      <Icon name={icon} />
      {name}
    </button>
  );
}

function All() {
  const all = memories.value;
  if (all === null) return null;
  if (all.length > 0) {
    return (
      <ul class="memories">
        {all.map((item) => (
          <MemoryRow key={item.id} item={item} />
        ))}
      </ul>
    );
  }
  return (
    <div class="empty">
      <Icon name="box" />
      <p>
        <strong>Nothing is remembered about {users.value.current} yet.</strong> Try the movie example: it stays here
        when you reload, in this browser only.
      </p>
    </div>
  );
}
