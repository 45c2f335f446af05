/** Tasks of piscina and tinypool: they wait in a queue that requests share, and go out in a message. */

import { replaceMethod } from '../call/wrap.cjs';
import { currentRequest } from '../request/context.cjs';
import type { TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';

/** A pool's message to its worker. */
export interface TaskMessage {
  taskId: number;
  filename: string;
  task: unknown;
}

const MAX_WAITING = 10_000;
/** Requests by task, in order: of equal texts and numbers each stands for the other. */
const waiting = new Map<unknown, (TracedRequest | undefined)[]>();

/** Whether a message is a pool's, which the app never sees as such. */
export function isTaskMessage(value: unknown): value is TaskMessage {
  const { taskId, filename } = (value ?? {}) as Partial<TaskMessage>;
  return typeof taskId === 'number' && typeof filename === 'string';
}

/** Patches `run` of a pool's class. */
export function watchTasks({ prototype }: { prototype: object }): void {
  replaceMethod(
    prototype,
    'run',
    (original) =>
      function run(this: unknown, task: unknown) {
        if (state.recording !== 'off' && waiting.size < MAX_WAITING) {
          const requests = waiting.get(task);
          if (requests === undefined) waiting.set(task, [currentRequest()]);
          else requests.push(currentRequest());
        }
        return Reflect.apply(original, this, arguments);
      },
  );
}

/** Request that a task was handed over in. */
export function requestOfTask({ task }: TaskMessage): TracedRequest | undefined {
  const requests = waiting.get(task);
  const request = requests?.shift();
  if (requests?.length === 0) waiting.delete(task);
  return request;
}
