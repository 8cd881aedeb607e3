/** How much is shown to a model at once. */

/** Characters of memories in one prompt: some 1,500 tokens, beside the instructions; half of a small model's context. */
const MAX_SHOWN = 6_000;
/** Of a line beside its text: id, date, braces. */
const LINE = 50;

/** Items in as few lists as fit a prompt each, in their order. One that fits in none is alone. */
export function packed<T>(items: readonly T[], memoriesOf: (item: T) => readonly { memory: string }[]): T[][] {
  const lists: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = memoriesOf(item).reduce((sum, { memory }) => sum + memory.length + LINE, 0);
    if (size > room || lists.length === 0) {
      lists.push([]);
      room = MAX_SHOWN;
    }
    lists.at(-1)!.push(item);
    room -= size;
  }
  return lists;
}
