/** Which embedding spaces the database knows, and how far each is filled (INV-9). */
import type { ReadTx, WriteTx } from "../store/store.ts";

/** Per space, per text: its vector. */
export type VectorSets = ReadonlyMap<string, ReadonlyMap<string, Float32Array>>;

const SPACES = "spaces";

export async function knownSpaces(tx: ReadTx): Promise<string[]> {
  return ((await tx.get("meta", SPACES))?.value as string[] | undefined) ?? [];
}

export async function rememberSpaces(tx: WriteTx, spaces: readonly string[]): Promise<void> {
  const known = await knownSpaces(tx);
  const fresh = spaces.filter((space) => !known.includes(space));
  if (fresh.length > 0) await tx.put("meta", { key: SPACES, value: [...known, ...fresh] });
}

/** Every live memory whose `seq` is not above this has a vector in the space, or a later change. */
export async function filledTo(tx: ReadTx, space: string): Promise<number> {
  return ((await tx.get("meta", `filled:${space}`))?.value as number | undefined) ?? 0;
}

export async function writeFilledTo(tx: WriteTx, space: string, seq: number): Promise<void> {
  if (seq > (await filledTo(tx, space))) await tx.put("meta", { key: `filled:${space}`, value: seq });
}
