import { test } from 'tap';
import { readEvents, type ServerEvent } from '../../../src/web/client/event-stream.js';

const BYTES = new TextEncoder().encode(
  ': \n\nevent: status\ndata: {"place":"/tmp/Ä"}\n\nid: 7\nevent: change\ndata: {}\n\ndata: a\ndata: b\n\nid: 8\n\nevent: cut',
);

async function eventsOf(chunks: Uint8Array[]): Promise<ServerEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

test('events are the same wherever the stream is cut', async (t) => {
  for (let at = 0; at <= BYTES.length; at++)
    t.same(
      await eventsOf([BYTES.slice(0, at), BYTES.slice(at)]),
      [
        { name: 'status', data: '{"place":"/tmp/Ä"}' },
        { name: 'change', data: '{}', id: '7' },
        { name: 'message', data: 'a\nb' },
      ],
      `cut at ${at}`,
    );
});
