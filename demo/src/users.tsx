/** Whose memories: a switch between users, and a way to name another one. */
import { signal } from "@preact/signals";
import { loadEarlier } from "./adds.ts";
import { Icon } from "./icons.tsx";
import { memories, refresh, report } from "./session.ts";
import { chooseUser, users } from "./settings.ts";

const OTHER = "\u0000other";
const naming = signal(false);
const complaint = signal("");

export function changeUser(id: string): void {
  if (id === users.value.current) return;
  chooseUser(id);
  memories.value = null;
  refresh().catch(report);
  loadEarlier(id).catch(report);
}

export function UserSwitch() {
  const { current, known } = users.value;
  if (naming.value) return <NameForm />;
  return (
    <div class="user-switch">
      <Icon name="user" />
      <select
        aria-label="User"
        value={current}
        onChange={(event) => {
          const { value } = event.currentTarget;
          if (value !== OTHER) return changeUser(value);
          event.currentTarget.value = current;
          naming.value = true;
        }}
      >
        {known.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
        <option value={OTHER}>Another user …</option>
      </select>
    </div>
  );
}

function NameForm() {
  const done = (): void => {
    naming.value = false;
    complaint.value = "";
  };
  return (
    <form
      class="user-switch naming"
      onSubmit={(event) => {
        event.preventDefault();
        const id = String(new FormData(event.currentTarget).get("user") ?? "").trim();
        if (id === "" || /\s/u.test(id) || id.length > 60) {
          complaint.value = "One word, up to 60 characters.";
          return;
        }
        done();
        changeUser(id);
      }}
      onKeyDown={(event) => event.key === "Escape" && done()}
    >
      <input name="user" aria-label="Name of the user" placeholder="carol" autocomplete="off" ref={focus} />
      <button type="submit">Use</button>
      <button type="button" class="quiet icon-only" aria-label="Keep the user as it is" onClick={done}>
        <Icon name="close" />
      </button>
      <span class="complaint floating" role="alert">
        {complaint}
      </span>
    </form>
  );
}

function focus(element: HTMLElement | null): void {
  element?.focus();
}
