/** Commands of the parts that are shown, which keys and the palette run. */

import { createContext, useContext, useLayoutEffect } from 'react';
import { commandOf } from '../parts/page-keys.js';

type Command = (pressed: string) => void;

/** Commands by name; of several parts the innermost has the name. */
export class CommandTable {
  readonly #commands = new Map<string, { command: Command; depth: number }[]>();

  /** `depth` is larger for a part inside of another. */
  add(name: string, command: Command, depth: number): () => void {
    const all = [...(this.#commands.get(name) ?? []), { command, depth }];
    this.#commands.set(
      name,
      all.sort((a, b) => a.depth - b.depth),
    );
    return () => {
      const left = (this.#commands.get(name) ?? []).filter((each) => each.command !== command);
      if (left.length > 0) this.#commands.set(name, left);
      else this.#commands.delete(name);
    };
  }

  has(name: string): boolean {
    return this.#commands.has(name);
  }

  /** Runs a command; false where no part has it. */
  run(name: string, pressed = ''): boolean {
    const command = this.#commands.get(name)?.at(-1)?.command;
    command?.(pressed);
    return command !== undefined;
  }
}

export const CommandContext = createContext(new CommandTable());

/** Commands that a part has while it is shown; one inside of another part is deeper. */
export function useCommands(commands: Record<string, Command | undefined>, depth = 0): void {
  const table = useContext(CommandContext);
  useLayoutEffect(() => {
    const removers = Object.entries(commands).flatMap(([name, command]) =>
      command === undefined ? [] : [table.add(name, command, depth)],
    );
    return () => {
      for (const remove of removers) remove();
    };
  });
}

const TYPED = 'input, textarea, select, [contenteditable], dialog';

/** Runs the commands of pressed keys, except where text is typed. */
export function useCommandKeys(table: CommandTable, place: 'list' | 'request'): void {
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      if (target instanceof Element && target.closest(TYPED)) return;
      // A focused button or link is pressed by it.
      if (event.key === 'Enter' && target instanceof Element && target.closest('a, button, [role=tab]'))
        return;
      const command = commandOf(event.key, place);
      if (command && table.run(command.name, event.key)) event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [table, place]);
}
