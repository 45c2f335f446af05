/** The list of all libraries of units: a new library is one file and one line here. */

import { bullmq } from './bullmq.cjs';
import { cron } from './cron.cjs';
import { croner } from './croner.cjs';
import type { UnitLibrary } from './library.cjs';
import { nodeCron } from './node-cron.cjs';
import { nodeSchedule } from './node-schedule.cjs';
import { socketIo } from './socket-io.cjs';
import { intervals } from './timers.cjs';
import { ws } from './ws.cjs';

export const unitLibraries: UnitLibrary[] = [
  // jobs
  ...[bullmq],
  // messages
  ...[ws, socketIo],
  // ticks
  ...[intervals, nodeCron, cron, croner, nodeSchedule],
];
