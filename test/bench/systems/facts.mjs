/** What the scripted LLM answers. It answers at once: what is left is what the systems themselves cost. */

/** Keepsake's two questions: which facts, and what to do with those that have neighbors. Everything is new. */
export function answerKeepsake({ purpose, messages }, texts) {
  if (purpose === "extract") return JSON.stringify({ facts: texts.map((text) => ({ text })) });
  const asked = [...messages.at(-1).content.matchAll(/^\{"fact":(\d+),/gm)].map((match) => Number(match[1]));
  const decisions = asked.map((fact) => ({ fact, reason: "new", event: "ADD", id: null, text: null }));
  return JSON.stringify({ decisions });
}

/** mem0's one question. */
export function answerMem0(texts) {
  return JSON.stringify({ memory: texts.map((text, id) => ({ id: String(id), text, attributed_to: "user" })) });
}
