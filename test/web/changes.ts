/** Waits on what a listener of changes is told. */

/** A listener, and a promise of the moment at which a condition holds, asked at each change. */
export function changes(): { changed(): void; until(condition: () => boolean): Promise<void> } {
  let check = () => {};
  return {
    changed: () => check(),
    until: (condition) =>
      new Promise((resolve) => {
        check = () => {
          if (condition()) resolve();
        };
        check();
      }),
  };
}
