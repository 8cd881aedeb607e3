/** Why something failed, as one line for a table: without where it was thrown, and without paths of this machine. */
export function reasonOf(error) {
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line
    .replace(/^page\.evaluate: (?:Error: )?/, "")
    .replace(/ imported from .*/, "")
    .replaceAll("|", "\\|");
}
