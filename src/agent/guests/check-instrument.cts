/**
 * Program of `scooby check-instrument`, in a process of its own: tries the instruments of a file, and
 * writes what it found to descriptor 3, as JSON.
 */

import { writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { setAgentFolder } from '../call/own-script.cjs';
import { trackRequests } from '../request/serving.cjs';
import { type ContractResult, MADE_UP_FAILURE, tryInstrument } from './contract.cjs';

const RESULTS = 3;
const [, , path = ''] = process.argv;

async function run(): Promise<void> {
  setAgentFolder(__dirname);
  trackRequests(
    { requestStarted() {}, answering() {}, requestEnded() {}, profileAsked() {} },
    { secret: '', parentKey: '' },
  );
  const globals = new Set(Reflect.ownKeys(globalThis));
  const strays = new Set<string>();
  const hear = (error: unknown) => {
    if (error !== MADE_UP_FAILURE) strays.add(error instanceof Error ? error.message : String(error));
  };
  process.on('uncaughtException', hear).on('unhandledRejection', hear);
  const results = await tryInstrument(resolve(path));
  for (const message of strays)
    results.push({
      grade: 'bad',
      text: `would end the app by an error of its own: ${message.split('\n', 1)[0]}`,
    });
  const added = Reflect.ownKeys(globalThis).filter((key) => !globals.has(key));
  if (added.length > 0)
    results.push({ grade: 'bad', text: `adds to the app's globals: ${added.map(String).join(', ')}` });
  writeSync(RESULTS, JSON.stringify(results satisfies ContractResult[]));
}

void run();
