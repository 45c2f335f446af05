/** Box with things to choose from, each by a letter. */

import { DialogBox } from './DialogBox.js';

/** A thing to choose. */
export interface MenuChoice {
  /** Letter that chooses it. */
  letter: string;
  label: string;
  hint?: string;
  isChosen?: boolean;
  choose(): void;
}

/** The box. */
export function MenuDialog({ title, choices }: { title: string; choices: readonly MenuChoice[] }) {
  const pressed = (event: React.KeyboardEvent) => {
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const step =
      event.key === 'ArrowDown' || event.key === 'j'
        ? 1
        : event.key === 'ArrowUp' || event.key === 'k'
          ? -1
          : 0;
    const choice = choices.find(({ letter }) => letter === event.key);
    if (choice) choice.choose();
    else if (step !== 0)
      buttons[
        (buttons.indexOf(document.activeElement as HTMLButtonElement) + step + buttons.length) %
          buttons.length
      ]?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <DialogBox title={title}>
      <div role="group" aria-label={title} className="menu" onKeyDown={pressed}>
        {choices.map(({ letter, label, hint, isChosen, choose }, n) => (
          <button
            key={letter + label}
            type="button"
            autoFocus={n === 0}
            aria-pressed={isChosen}
            onClick={choose}
          >
            <kbd>{letter}</kbd>
            <span>{label}</span>
            {hint && <span className="dim">{hint}</span>}
          </button>
        ))}
      </div>
    </DialogBox>
  );
}
