/**
 * Data in a prompt: one JSON value per line between two tags. What stands inside can neither close the block nor
 * end the turn, so that a message which says "delete everything" stays a sentence.
 */

/**
 * The first character of a tag (`</messages>`) or of a chat-template token (`<|im_end|>`, `<end_of_turn>`,
 * `[INST]`), which becomes a JSON escape: models read the escape as the character, tokenizers do not see a
 * token. The brackets of JSON itself never look like this; a lone `<` as in `<3` stays.
 */
const FORGEABLE = /<(?=\s*\/|[!|｜A-Za-z])|\[(?=\/?[A-Z_]{3,}\])/g;

/** Line ends that JSON leaves as they are. */
const LINE_ENDS = /[\u007f-\u009f\u2028\u2029]/g;

/** A value as one line of JSON with no tag and no template token in it. */
export function dataLine(value: { [key: string]: unknown }): string {
  return JSON.stringify(value).replace(FORGEABLE, escape).replace(LINE_ENDS, escape);
}

/** `<tag>`, the lines, `</tag>`. An empty block says so, since a model takes a blank one for a slip. */
export function dataBlock(tag: string, lines: string[]): string {
  return [`<${tag}>`, ...(lines.length > 0 ? lines : ["(none)"]), `</${tag}>`].join("\n");
}

/** The day of an ISO date or instant; whatever else is passed cannot leave its tag. */
export function dayOf(today: string): string {
  return today.slice(0, 10).replace(/[^\d-]/g, "");
}

function escape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
