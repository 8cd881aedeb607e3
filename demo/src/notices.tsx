/** What somebody should look at: a model on its way or missing, adds that wait, and what went wrong. */
import { signal } from "@preact/signals";
import { flush, flushing } from "./adds.ts";
import { bytes, count } from "./format.ts";
import { Icon } from "./icons.tsx";
import { download, info, notice, open, pendingOps } from "./session.ts";
import { settings } from "./settings.ts";
import { openSettings } from "./settings-dialog.tsx";

/** Empty on a good day. */
export function Notices() {
  return (
    <div class="notices">
      <ModelNotice />
      <PendingNotice />
      {notice.value !== null && (
        <p class="notice" data-kind="problem" role="alert">
          <Icon name="alert" />
          <span class="notice-text">{notice}</span>
          <button type="button" class="quiet icon-only" aria-label="Dismiss" onClick={() => (notice.value = null)}>
            <Icon name="close" />
          </button>
        </p>
      )}
    </div>
  );
}

/** The reason that was read and put away; the status bar keeps telling the state. */
const dismissed = signal<string | null>(null);

function ModelNotice() {
  const embedder = info.value?.embedder;
  if (settings.value.embedder === "hashing" || !embedder) return null;
  const { embedderModel } = settings.value;
  if (embedder.model === "unavailable") {
    if (dismissed.value === embedder.reason) return null;
    return (
      <p class="notice" data-kind="waiting" role="status">
        <Icon name="alert" />
        <span class="notice-text long">
          <strong>Still searching by words.</strong> {embedder.reason}
        </span>
        <span class="notice-actions">
          <button type="button" onClick={() => open()}>
            <Icon name="retry" />
            Try again
          </button>
          <button type="button" onClick={openSettings}>
            Settings
          </button>
          <button
            type="button"
            class="quiet icon-only"
            aria-label="Dismiss"
            onClick={() => (dismissed.value = embedder.reason ?? null)}
          >
            <Icon name="close" />
          </button>
        </span>
      </p>
    );
  }
  if (embedder.model === "embedding") {
    const { done, total } = embedder.embedded ?? { done: 0, total: 0 };
    return (
      <p class="notice" role="status">
        <span class="notice-text">
          Re-embedding {done}/{total} memories with {embedderModel}
        </span>
        <progress aria-label="Re-embedding" value={done} max={Math.max(total, 1)} />
      </p>
    );
  }
  if (embedder.model !== "loading") return null;
  const { loadedBytes = 0, totalBytes = 0 } = download.value ?? {};
  return (
    <p class="notice">
      <span class="notice-text">
        Loading {embedderModel}
        {totalBytes > 0 && `: ${bytes(loadedBytes)} of ${bytes(totalBytes)}`}. Everything works meanwhile.
      </span>
      {totalBytes > 0 ? (
        <progress aria-label="Download" value={loadedBytes} max={totalBytes} />
      ) : (
        <progress aria-label="Download" />
      )}
    </p>
  );
}

function PendingNotice() {
  const failed = pendingOps.value.filter(({ lastError }) => lastError);
  if (failed.length === 0) return null;
  return (
    <p class="notice" data-kind="waiting" role="status">
      <Icon name="clock" />
      <span class="notice-text">
        <strong>{count(failed.length, "add")} waiting.</strong> Nothing is lost.{" "}
        {settings.value.llm === "rules" ? "Meant for a model; the rules can do it too." : "Tried again by itself."}
      </span>
      <button type="button" disabled={flushing.value} onClick={flush}>
        <Icon name="retry" />
        {flushing.value ? "Trying …" : "Try again"}
      </button>
    </p>
  );
}
