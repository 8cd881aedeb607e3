/** The page: a head, what is in use, three panels. */
import type { ComponentChildren } from "preact";
import { computed } from "@preact/signals";
import { ComposerPanel } from "./composer.tsx";
import { Icon, Mark, type IconName } from "./icons.tsx";
import { MemoriesPanel } from "./memories-panel.tsx";
import { Notices } from "./notices.tsx";
import { narrow, panel, type PanelId } from "./panels.ts";
import { failure, goOnInMemory, memories, open } from "./session.ts";
import { openSettings, SettingsDialog } from "./settings-dialog.tsx";
import { Leaving, StatusBar } from "./status-bar.tsx";
import { shownEntries } from "./trace.ts";
import { TracePanel } from "./trace-panel.tsx";
import { UserSwitch } from "./users.tsx";

export function App() {
  return (
    <>
      <header class="top">
        <div class="brand">
          <Mark />
          <div>
            <h1>Keepsake</h1>
            <p>Long-term memory that stays in your browser</p>
          </div>
        </div>
        <UserSwitch />
        <button type="button" class="settings-button" aria-label="Settings" onClick={openSettings}>
          <Icon name="sliders" />
          <span>Settings</span>
        </button>
      </header>
      <StatusBar />
      <Notices />
      {failure.value === null ? <Panels /> : <Failure reason={failure.value} />}
      <footer class="bottom">
        <Leaving />
      </footer>
      {narrow.value && failure.value === null && <Tabs />}
      <SettingsDialog />
    </>
  );
}

function Panels() {
  return (
    <main class="panels">
      <Panel id="say">
        <ComposerPanel />
      </Panel>
      <Panel id="trace">
        <TracePanel />
      </Panel>
      <Panel id="memories">
        <MemoriesPanel />
      </Panel>
    </main>
  );
}

function Panel({ id, children }: { id: PanelId; children: ComponentChildren }) {
  const tabs = narrow.value;
  return (
    <section
      id={`panel-${id}`}
      class={`panel panel-${id}`}
      role={tabs ? "tabpanel" : "region"}
      aria-labelledby={tabs ? `tab-${id}` : `${id}-title`}
      hidden={tabs && panel.value !== id}
    >
      {children}
    </section>
  );
}

const TABS: { id: PanelId; name: string; icon: IconName; badge: () => number }[] = [
  { id: "say", name: "Say", icon: "quote", badge: () => 0 },
  { id: "trace", name: "What happened", icon: "spark", badge: () => unfinished.value },
  { id: "memories", name: "Memories", icon: "box", badge: () => memories.value?.length ?? 0 },
];

const unfinished = computed(() => shownEntries.value.filter(({ state }) => state === "waiting").length);

function Tabs() {
  const move = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const at = TABS.findIndex(({ id }) => id === panel.value);
    const next = TABS[(at + step + TABS.length) % TABS.length];
    if (!next) return;
    panel.value = next.id;
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Parts of the page" onKeyDown={move}>
      {TABS.map(({ id, name, icon, badge }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-selected={panel.value === id}
          aria-controls={`panel-${id}`}
          tabIndex={panel.value === id ? 0 : -1}
          onClick={() => (panel.value = id)}
        >
          <Icon name={icon} />
          <span>{name}</span>
          {badge() > 0 && <span class="count">{badge()}</span>}
        </button>
      ))}
    </div>
  );
}

/** Never a blank page: why there is no memory, and what can be done. */
function Failure({ reason }: { reason: string }) {
  return (
    <main class="failure card">
      <div role="alert">
        <h2>The memory could not be opened</h2>
        <p>{reason}</p>
      </div>
      <div class="actions">
        <button type="button" class="primary" onClick={() => open()}>
          Try again
        </button>
        <button type="button" onClick={() => goOnInMemory()}>
          Go on without storage
        </button>
        <button type="button" class="quiet" onClick={openSettings}>
          Settings
        </button>
      </div>
    </main>
  );
}
