// Confirmation dialog for destructive actions, and a brief notification afterwards.

import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Question {
  title: string;
  text: string;
  /** Label of the button that confirms. */
  action: string;
}

/** Cycles focus within the dialog: the browser keeps Tab out of the page behind it, but not out of the browser's own toolbars. */
function goRound(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.key !== 'Tab') return;
  const stops = [...event.currentTarget.querySelectorAll('button')];
  const next = stops.indexOf(document.activeElement as HTMLButtonElement) + (event.shiftKey ? -1 : 1);
  if (next >= 0 && next < stops.length) return;
  event.preventDefault();
  stops.at(next < 0 ? -1 : 0)?.focus();
}

function Asked({ title, text, action, answer }: Question & { answer(yes: boolean): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      onKeyDown={goRound}
      onClose={() => answer(dialog.current?.returnValue === 'yes')}
      aria-labelledby="asked"
    >
      <form method="dialog" class="stack">
        <h2 id="asked">{title}</h2>
        <p class="muted">{text}</p>
        <div class="row">
          <button class="primary" value="yes" type="submit">
            {action}
          </button>
          <button value="no" type="submit">
            Keep it
          </button>
        </div>
      </form>
    </dialog>
  );
}

export function ask(question: Question): Promise<boolean> {
  const place = document.body.appendChild(document.createElement('div'));
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      render(null, place);
      place.remove();
      resolve(yes);
    };
    render(<Asked {...question} answer={answer} />, place);
  });
}

export function tell(text: string): void {
  const toast = document.body.appendChild(document.createElement('div'));
  toast.className = 'toast';
  toast.role = 'status';
  toast.textContent = text;
  setTimeout(() => toast.remove(), 3_500);
}
