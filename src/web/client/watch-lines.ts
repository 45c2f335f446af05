/** Reader of the lines of a watch (`POST /api/watch`). */

import type { WatchListener } from '../../feed/watch-listener.js';

/** Hands each line of a response's body to a listener, until the body ends. */
export async function readWatch(body: ReadableStream<Uint8Array>, listener: WatchListener): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (text + decoder.decode(value, { stream: true })).split('\n');
    text = lines.pop()!;
    for (const line of lines) {
      const { compared, failed } = JSON.parse(line);
      if (compared) listener.compared(compared);
      else listener.failed(failed);
    }
  }
}
