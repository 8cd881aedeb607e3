/**
 * Reads conversations with questions: a JSON list as published with the LoCoMo benchmark (Maharana et al. 2024). The
 * data is not ours and not free for every use (CC BY-NC 4.0): it is given by path, and nothing of it is in this repository.
 */
import { readFileSync } from "node:fs";

/** Category of a question; 5 has no answer in the conversation, its evidence is a trap. */
export const CATEGORIES = { 1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial" };

export function readConversations(file) {
  return JSON.parse(readFileSync(file, "utf8")).map(({ sample_id: id, conversation, observation, qa }) => {
    const sessions = sessionsOf(conversation, observation);
    const known = new Set(sessions.flatMap(({ turns }) => turns.map((turn) => turn.id)));
    const questions = qa.flatMap(({ question, category, evidence }) => {
      const ids = turnIds(evidence ?? []).filter((turn) => known.has(turn));
      return ids.length === 0 ? [] : [{ conversation: id, question: String(question), category, evidence: ids }];
    });
    return { id, sessions, questions };
  });
}

function sessionsOf(conversation, observation) {
  return Object.keys(conversation)
    .filter((key) => /^session_\d+$/.test(key))
    .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
    .map((key) => {
      const date = conversation[`${key}_date_time`];
      const turns = conversation[key].map(({ dia_id: id, speaker, text, blip_caption: caption }) => {
        const said = caption ? `${text} [shares ${caption}]` : text;
        return { id, speaker, text: `[${date}] ${speaker}: ${said}` };
      });
      const at = instantOf(date);
      const observed = Object.values(observation[`${key}_observation`] ?? {}).flat();
      return { at, turns, facts: observed.map(([text, source]) => ({ text, turns: turnIds(source) })) };
    });
}

/** "1:56 pm on 8 May, 2023", in UTC. */
function instantOf(date) {
  const [, time, half, day] = /^(\d+:\d+) ([ap]m) on (.+)$/.exec(date);
  return new Date(`${day} ${time} ${half} UTC`).toISOString();
}

/** Evidence is written by hand: "D8:6; D9:17", "D9:1 D4:4", "D30:05". */
function turnIds(cell) {
  const ids = [cell].flat().flatMap((part) => [...String(part).matchAll(/D(\d+):(\d+)/g)]);
  return [...new Set(ids.map(([, session, turn]) => `D${Number(session)}:${Number(turn)}`))];
}
