/** Wide, the three panels stand side by side; on a phone they are tabs. */
import { signal } from "@preact/signals";

export type PanelId = "say" | "trace" | "memories";

const NARROW = matchMedia("(max-width: 719px)");

export const narrow = signal(NARROW.matches);
export const panel = signal<PanelId>("say");

NARROW.addEventListener("change", ({ matches }) => (narrow.value = matches));

/** Brings the panel's beginning into view: as the tab of a phone, or scrolled to its top. */
export function showPanel(id: PanelId): void {
  panel.value = id;
  document.getElementById(`panel-${id}`)?.scrollTo({ top: 0 });
  if (narrow.value) scrollTo({ top: 0 });
  else document.getElementById(`${id}-title`)?.scrollIntoView({ block: "nearest" });
}
