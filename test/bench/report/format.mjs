/** Numbers and tables as they are printed. */

/** Three significant digits, no exponent: 0.0213, 1.24, 87.5, 1,240. Nothing where nothing was measured. */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: Math.abs(rounded) < 1 ? 4 : 2 });
}

/** How many times the other one is ours: 1× is as much, 2× twice as much. */
export function times(theirs, ours) {
  if (!Number.isFinite(theirs) || !Number.isFinite(ours) || ours <= 0) return "–";
  return `${Number((theirs / ours).toPrecision(2)).toLocaleString("en-US")}×`;
}

/** Of a share: 1, .998, .87. */
export function share(value) {
  if (value === null || value === undefined) return "–";
  // Downwards: what is not all is not called 1.
  const rounded = Math.floor(value * 1_000 + 1e-6) / 1_000;
  return rounded === 1 ? "1" : rounded.toFixed(3).replace(/^0/, "");
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

export const megabytes = (bytes) => (bytes === undefined || bytes === null ? "–" : number(bytes / 1e6));

export const rowsText = (count) => count.toLocaleString("en-US");
