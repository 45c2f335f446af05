/** Effect handlers that record their calls, and a browser with them. */

import tap from 'tap';
import { Browser, type BrowserOptions } from '../../src/tui/browser.js';
import type { EffectHandlers } from '../../src/tui/effects/effects.js';
import type { State } from '../../src/tui/state/state.js';
import { NOW } from './fake.js';
import { MemoryFeed } from './memory-feed.js';

export class FakeTerminal implements EffectHandlers {
  calls: string[] = [];

  async copy(text: string): Promise<string> {
    this.calls.push(`copy ${text}`);
    return 'a fake';
  }

  async edit(place: { file: string; line: number }, cwd: string): Promise<string> {
    this.calls.push(`edit ${cwd}/${place.file}:${place.line}`);
    return 'opened';
  }

  async openUrl(url: string): Promise<string> {
    this.calls.push(`open ${url}`);
    return 'opened';
  }

  saveFile(name: string, text: string): string {
    this.calls.push(`file ${name} ${text}`);
    return name;
  }

  redraw(): void {
    this.calls.push('redraw');
  }

  suspend(): void {
    this.calls.push('suspend');
  }

  setMouse(on: boolean): void {
    this.calls.push(`mouse ${on}`);
  }

  saved: State['saved'] = [];

  addFilter(filter: State['saved'][number]): State['saved'] {
    this.calls.push('save');
    this.saved = [...this.saved, filter];
    return this.saved;
  }

  quit(): void {
    this.calls.push('quit');
  }
}

const open = new Set<Browser>();

// Timers of those that a failed test has left would keep its file alive up to its time limit.
tap.teardown(() => {
  for (const browser of open) browser.close();
});

class TestBrowser extends Browser {
  override close(): void {
    open.delete(this);
    super.close();
  }
}

/** Browser over fake traces, with its clock three seconds after the newest. */
export function createBrowser(feed: MemoryFeed | number = 400, options: Partial<BrowserOptions> = {}) {
  const terminal = new FakeTerminal();
  const memory = typeof feed === 'number' ? new MemoryFeed(feed) : feed;
  const browser = new TestBrowser(memory, {
    columns: 80,
    rows: 24,
    effectHandlers: terminal,
    clock: () => NOW + 3000,
    previewDelay: 0,
    ...options,
  });
  open.add(browser);
  return {
    browser: browser as Browser,
    terminal,
    feed: memory,
    press: (...keys: string[]) => {
      for (const key of keys) browser.press(key);
    },
  };
}

/** ms for which a condition is waited for: a busy machine may take most of them. */
const MAX_WAIT_MS = 120_000;

/** Waits for a condition; throws when it stays false. */
export async function waitUntil(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + MAX_WAIT_MS;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('the condition never became true');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
