/** A question before something that cannot be undone. */
import { useSignalEffect, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";

interface ConfirmProps {
  open: Signal<boolean>;
  title: string;
  text: string;
  action: string;
  onConfirm: () => Promise<void>;
}

export function ConfirmDialog({ open, title, text, action, onConfirm }: ConfirmProps) {
  const dialog = useDialog(open);
  return (
    <dialog ref={dialog} class="dialog small" aria-labelledby="confirm-title" onClose={() => (open.value = false)}>
      <h2 id="confirm-title">{title}</h2>
      <p>{text}</p>
      <div class="dialog-actions">
        <button type="button" onClick={() => (open.value = false)}>
          Keep it
        </button>
        <button
          type="button"
          class="danger-fill"
          onClick={() => {
            open.value = false;
            void onConfirm();
          }}
        >
          {action}
        </button>
      </div>
    </dialog>
  );
}

/** A modal `<dialog>` that follows the signal; the browser keeps the focus inside and gives it back. */
export function useDialog(open: Signal<boolean>) {
  const dialog = useRef<HTMLDialogElement>(null);
  useSignalEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (open.value && !element.open) element.showModal();
    if (!open.value && element.open) element.close();
  });
  return dialog;
}
