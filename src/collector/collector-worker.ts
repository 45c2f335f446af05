/** Entry point of the collector's thread, which the launcher's thread starts and sends messages. */

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { CollectorSettings, ToCollector } from './collector-messages.js';
import { CollectorService } from './collector-service.js';

/** Below the app and the proxy, which share the processors with it. */
const NICENESS = 5;

if (process.platform === 'linux') lowerPriority();
const service = await CollectorService.open(workerData as CollectorSettings, (message) =>
  parentPort!.postMessage(message),
);
parentPort!.on('message', (message: ToCollector) => service.receive(message));

/** Linux takes 0 for the calling thread; elsewhere it is the whole process. */
function lowerPriority(): void {
  try {
    setPriority(0, NICENESS);
  } catch {
    // A sandbox may refuse it; the collector then competes with the app.
  }
}
