import { expect, it } from "vitest";
import { openMemory, texts } from "./fixtures.ts";

const ALICE = { userId: "alice" };
const SAID = [
  "My name is Alice.",
  "I live in Berlin.",
  "My sister Anna lives in Bonn.",
  "I love hiking.",
  "I work at Acme as a nurse.",
  "I moved to Hamburg.",
  "I have a dog named Biscuit.",
  "I'm vegetarian.",
  "I play the cello.",
  "My friend Ben moved to Oslo.",
];

it("what holds now of the user is the first answer, among what is known of others, without a model", async () => {
  const memory = openMemory();
  for (const message of SAID) await memory.add(message, ALICE);
  const first = async (query: string): Promise<string | undefined> =>
    texts(await memory.search(query, { ...ALICE, topK: 1 }))[0];
  expect(await first("Where do I live?")).toBe("User moved to Hamburg");
  expect(await first("Where do I live now?")).toBe("User moved to Hamburg");
  expect(await first("Where does Anna live?")).toBe("User's sister Anna lives in Bonn");
  expect(await first("Where did I live before Hamburg?")).toBe("User lives in Berlin");
  expect(await first("What is my job?")).toBe("User works at Acme as a nurse");
  expect(await first("What pets do I have?")).toBe("User has a dog named Biscuit");
});
