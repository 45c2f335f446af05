/** Units of Agenda, linked to the request that saved them. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler, wrapHandOver, wrapLoop } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Definition {
  fn: Function;
}
interface Job {
  attrs: { name: string; _id?: unknown };
  agenda: { definitions: Record<string, Definition>; db?: object };
}
/** What is saved: a job, or from version 6 on its attributes. */
type Saved = { attrs?: { _id?: unknown }; _id?: unknown } | undefined;

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

/** Whether a job is saving itself: the promise of `saveJob` is then handled by that of `save`. */
let isSaving = false;

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
  replaceMethod(
    Job.prototype,
    'save',
    (original) =>
      function save(this: Job) {
        if (state.recording === 'off') return Reflect.apply(original, this, arguments);
        attempt(wrapStore, this.agenda.db);
        isSaving = true;
        try {
          return Reflect.apply(original, this, arguments);
        } finally {
          isSaving = false;
        }
      },
  );
}

const stores = new WeakSet<object>();

/** Wraps the store of version 6, which the app makes; the agenda itself is that of earlier ones. */
function wrapStore(store: object | undefined): void {
  if (store === undefined || stores.has(store)) return;
  stores.add(store);
  const prototype = Object.getPrototypeOf(store);
  if (stores.has(prototype)) return;
  stores.add(prototype);
  replaceMethod(prototype, 'saveJob', (original) => wrapSave(original, () => true));
}

/** Notes the request that saves a job for the first time: the job's own runs save it again. */
function wrapSave(original: Function, isHandled: () => boolean): Function {
  const handOver = wrapHandOver(original, (saved: Saved) => [keyOf(idOf(saved))]);
  return function saveJob(this: unknown, job: Saved) {
    const isNew = isHandled() && attempt(idOf, job) === undefined;
    return Reflect.apply(isNew ? handOver : original, this, arguments);
  };
}

function idOf(job: Saved): unknown {
  return job?._id ?? job?.attrs?._id;
}

function keyOf(id: unknown): string | undefined {
  return id === undefined || id === null ? undefined : `agenda ${String(id)}`;
}

function wrapFunction({ attrs: { name }, agenda }: Job): void {
  const definition = agenda.definitions[name];
  if (definition === undefined || wrapped.has(definition.fn)) return;
  const infoOf = ([{ attrs }]: [Job]) => {
    const cause = keyOf(attrs._id);
    return { kind: 'job', name: attrs.name, params: { id: attrs._id }, ...(cause && { cause }) } as const;
  };
  definition.fn = wrapHandler(definition.fn, infoOf, { settles: true, takesCallback: true });
  wrapped.add(definition.fn);
}

function patchAgenda(exports: { Agenda?: { prototype: object } }): void {
  if (exports.Agenda === undefined) return;
  const { prototype } = exports.Agenda as { prototype: { saveJob?: unknown } };
  replaceMethod(prototype, 'start', wrapLoop);
  if (prototype.saveJob !== undefined)
    replaceMethod(prototype, 'saveJob', (original) => wrapSave(original, () => isSaving));
}
