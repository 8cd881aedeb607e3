/** Path of the generated file. */
export const TARGET: string;
/** The text that it must have. */
export function kernelFile(): string;
