/** Line icons, 20 × 20. Decoration: the word stands beside them. */

const PATHS = {
  plus: "M10 4v12M4 10h12",
  pencil: "M4 16l.8-3.4L13.2 4.2a1.5 1.5 0 0 1 2.1 0l.5.5a1.5 1.5 0 0 1 0 2.1L7.4 15.2 4 16zM11.8 5.6l2.6 2.6",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10M8.5 9v4.5M11.5 9v4.5",
  equal: "M5 8h10M5 12h10",
  swap: "M4 7h11l-3-3M16 13H5l3 3",
  clock: "M10 4.5V10l3.5 2M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0z",
  search: "M13.2 13.2L17 17M15 9A6 6 0 1 1 3 9a6 6 0 0 1 12 0z",
  sliders: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
  close: "M5 5l10 10M15 5L5 15",
  check: "M4 10.5l4 4 8-9",
  alert: "M10 6.5v4.5M10 13.6v.1M10 2.8l7.6 13.4H2.4L10 2.8z",
  undo: "M7 4L3.5 7.5 7 11M3.5 7.5H12a4.25 4.25 0 0 1 0 8.5H7",
  list: "M4 5.5h12M4 10h12M4 14.5h12",
  graph:
    "M7.5 6.5l5 6M6.5 7.5v5M8 5.5h4.5M8 5.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM16.5 5.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM8.5 14.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM16 14a2 2 0 1 1-4 0 2 2 0 0 1 4 0z",
  retry: "M16 10a6 6 0 1 1-1.8-4.3M16 3v3.5h-3.5",
  quote: "M4 15v-4.5A4.5 4.5 0 0 1 8 6M11.5 15v-4.5A4.5 4.5 0 0 1 15.5 6M4 11h4v4H4zM11.5 11h4v4h-4z",
  spark: "M10 3l1.7 5.3L17 10l-5.3 1.7L10 17l-1.7-5.3L3 10l5.3-1.7L10 3z",
  film: "M3 5h14v10H3zM6.5 5v10M13.5 5v10M3 10h14",
  plane: "M3 11l14-6-4.5 12-3-5L3 11zM9.5 12l3-3",
  user: "M13 7a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM4 17c.5-3.5 3-5 6-5s5.5 1.5 6 5",
  box: "M3.5 6.5L10 3l6.5 3.5v7L10 17l-6.5-3.5v-7zM3.5 6.5L10 10l6.5-3.5M10 10v7",
  cpu: "M6 6h8v8H6zM8 3v3M12 3v3M8 14v3M12 14v3M3 8h3M3 12h3M14 8h3M14 12h3",
  vector: "M5 15L15 5M15 5h-4M15 5v4M5 15h.1M5 8h.1M12 15h.1",
  network: "M10 15.5h.1M7.2 12.5a4 4 0 0 1 5.6 0M4.5 9.6a8 8 0 0 1 11 0M2 6.8a11.5 11.5 0 0 1 16 0",
  lock: "M5 9h10v7H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  chevron: "M6 8l4 4 4-4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M10 7.5h12a1.5 1.5 0 0 1 1.5 1.5v16L16 20.4 8.5 25V9A1.5 1.5 0 0 1 10 7.5z" />
      <circle cx="16" cy="13.5" r="2.6" />
    </svg>
  );
}
