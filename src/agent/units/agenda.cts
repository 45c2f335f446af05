/** Units of Agenda. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler, wrapLoop } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Definition {
  fn: Function;
}
interface Job {
  attrs: { name: string; _id?: unknown };
  agenda: { definitions: Record<string, Definition> };
}

const wrapped = new WeakSet<Function>();

export const agenda: UnitLibrary = {
  library: 'agenda',
  versions: '>=4 <7',
  runs: 'job',
  name: 'the job',
  files: {
    'agenda/dist/job/index.js': patchJob,
    'agenda/dist/Job.js': patchJob,
    'agenda/dist/agenda/index.js': patchAgenda,
    'agenda/dist/index.js': patchAgenda,
  },
  esm: { 'agenda/dist/Job.js': ['Job'], 'agenda/dist/index.js': ['Agenda'] },
};

// `define` reads its caller's file from the stack: a frame of ours would be taken for it.
function patchJob({ Job }: { Job: { prototype: object } }): void {
  replaceMethod(
    Job.prototype,
    'run',
    (original) =>
      function run(this: Job) {
        if (state.recording !== 'off') attempt(wrapFunction, this);
        return Reflect.apply(original, this, arguments);
      },
  );
}

function wrapFunction({ attrs: { name }, agenda }: Job): void {
  const definition = agenda.definitions[name];
  if (definition === undefined || wrapped.has(definition.fn)) return;
  const infoOf = ([{ attrs }]: [Job]) =>
    ({ kind: 'job', name: attrs.name, params: { id: attrs._id } }) as const;
  definition.fn = wrapHandler(definition.fn, infoOf, { settles: true, takesCallback: true });
  wrapped.add(definition.fn);
}

function patchAgenda(exports: { Agenda?: { prototype: object } }): void {
  if (exports.Agenda !== undefined) replaceMethod(exports.Agenda.prototype, 'start', wrapLoop);
}
