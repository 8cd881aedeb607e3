/** An optional peer that is not installed here; what it exports is checked by shape (transformers-module.ts). */
declare module "@huggingface/transformers";
