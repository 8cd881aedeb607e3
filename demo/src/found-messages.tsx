/** Messages that a search found, word for word, with what was said around them. */
import type { MessageResult } from "keepsake";
import { ago, count, fullDate } from "./format.ts";

export function FoundMessages({ messages }: { messages: MessageResult[] }) {
  return (
    <>
      <p class="list-note divider">As it was said</p>
      <ul class="memories">
        {messages.map((found) => (
          <li class="found-message card" key={`${found.opId} ${found.index}`}>
            <ul class="said">
              {found.context.before.map(({ role, content }, index) => (
                <Line key={`before ${index}`} role={role} content={content} />
              ))}
              <Line role={found.message.role} content={found.message.content} isFound />
              {found.context.after.map(({ role, content }, index) => (
                <Line key={`after ${index}`} role={role} content={content} />
              ))}
            </ul>
            <p class="meta">
              <time dateTime={found.at} title={fullDate(found.at)}>
                {ago(found.at)}
              </time>
              <span>
                {found.memoryIds.length === 0
                  ? "no memory came from it"
                  : `${count(found.memoryIds.length, "memory", "memories")} came from it`}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

function Line({ role, content, isFound = false }: { role: string; content: string; isFound?: boolean }) {
  return (
    <li data-role={role} data-found={isFound}>
      <span class="role">{role}</span>
      <span class="content">{isFound ? <strong>{content}</strong> : content}</span>
    </li>
  );
}
