/** The list of all libraries of units: a new library is one file and one line here. */

import { agenda } from './agenda.cjs';
import { amqplib } from './amqplib.cjs';
import { beeQueue } from './bee-queue.cjs';
import { bull } from './bull.cjs';
import { bullmq } from './bullmq.cjs';
import { cron } from './cron.cjs';
import { croner } from './croner.cjs';
import { graphileWorker } from './graphile-worker.cjs';
import { kafkajs } from './kafkajs.cjs';
import type { UnitLibrary } from './library.cjs';
import { moleculer } from './moleculer.cjs';
import { mqtt } from './mqtt.cjs';
import { nats } from './nats.cjs';
import { nestMicroservices } from './nest-microservices.cjs';
import { nodeCron } from './node-cron.cjs';
import { nodeSchedule } from './node-schedule.cjs';
import { pgBoss } from './pg-boss.cjs';
import { socketIo } from './socket-io.cjs';
import { intervals } from './timers.cjs';
import { ws } from './ws.cjs';

export const unitLibraries: UnitLibrary[] = [
  // jobs
  ...[bullmq, bull, beeQueue, agenda, pgBoss, graphileWorker],
  // messages
  ...[kafkajs, amqplib, mqtt, nats, ws, socketIo, nestMicroservices, moleculer],
  // ticks
  ...[intervals, nodeCron, cron, croner, nodeSchedule],
];
