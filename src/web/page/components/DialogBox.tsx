/** Box over the page, of the browser's own kind: it keeps the focus and closes by Escape. */

import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { usePage } from '../hooks/page-context.js';
import { Icon } from './Icon.js';

/** The box. */
export function DialogBox({ title, children }: { title: string; children: ReactNode }) {
  const { dispatch } = usePage();
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const close = () => dispatch({ type: 'close' });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, too
    <dialog
      ref={box}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <div className="dialog">
        <header>
          <h2>{title}</h2>
          <button type="button" className="icon-button" aria-label="close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
