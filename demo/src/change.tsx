/** One change or decision: its badge, its text, what it replaced, and why. */
import type { AddResultItem, DecisionEvent } from "keepsake";
import { Icon, type IconName } from "./icons.tsx";
import { diffWords } from "./text-diff.ts";

const EVENTS: Record<DecisionEvent, { icon: IconName; word: string }> = {
  ADD: { icon: "plus", word: "Added" },
  UPDATE: { icon: "swap", word: "Updated" },
  DELETE: { icon: "trash", word: "Deleted" },
  NONE: { icon: "equal", word: "Left as is" },
};

export function EventBadge({ event }: { event: DecisionEvent }) {
  const { icon, word } = EVENTS[event];
  return (
    <span class="badge" data-event={event}>
      <Icon name={icon} />
      {word}
    </span>
  );
}

/** The two texts in one line, for the eye; the one before, then the one now, for the ear. */
export function TextDiff({ before, after }: { before: string; after: string }) {
  return (
    <p class="fact-text">
      <span class="sr-only">{`Before: ${before}. Now: ${after}.`}</span>
      <span aria-hidden="true">
        {diffWords(before, after).map(({ kind, text }, index) => (
          <span key={index}>
            {index > 0 && " "}
            {kind === "same" ? text : kind === "removed" ? <del>{text}</del> : <ins>{text}</ins>}
          </span>
        ))}
      </span>
    </p>
  );
}

export function FactCard({ event, memory, previousMemory, reason }: AddResultItem) {
  return (
    <li class="fact" data-event={event}>
      <EventBadge event={event} />
      <div class="fact-body">
        {event === "UPDATE" && previousMemory !== undefined ? (
          <TextDiff before={previousMemory} after={memory} />
        ) : (
          <p class="fact-text">{event === "DELETE" ? <del>{memory}</del> : memory}</p>
        )}
        <p class="why">{reason}</p>
      </div>
    </li>
  );
}
