/** @throws {Error} on everything it does not know */
export function assemble(text: string): Uint8Array<ArrayBuffer>;
