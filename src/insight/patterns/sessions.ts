/**
 * Sessions: where a statement ran. The same text with the same values returns other rows in another
 * database, after `USE`, under another `search_path` or role.
 */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import type { Scene } from '../scene.js';

/** Settings of a connection that were changed within the trace, by name. */
interface Session {
  settings: Map<string, string>;
  /** SET LOCAL: they end with the transaction. */
  local: Map<string, string>;
}

const SESSION_VERBS = new Set(['SET', 'RESET', 'USE', 'DISCARD', 'CHANGE']);
const END_VERBS = new Set(['COMMIT', 'ROLLBACK', 'END', 'ABORT']);
// They change how a statement runs, not what it returns.
const HARMLESS_SETTING =
  /timeout|encoding|^names$|^character|application_name|synchronous_commit|work_mem|^transaction|characteristics|autocommit|constraints|planner|enable_|isolation/i;

const contextsByScene = new WeakMap<Scene, Map<Call, string>>();

/** Where a statement ran: library, pool or database, and the changed settings of its connection. */
export function contextOf(scene: Scene, call: Call): string {
  let contexts = contextsByScene.get(scene);
  if (contexts === undefined) contextsByScene.set(scene, (contexts = contextsIn(scene)));
  return contexts.get(call) ?? '';
}

function contextsIn({ calls }: Scene): Map<Call, string> {
  const contexts = new Map<Call, string>();
  const sessions = new Map<string, Session>();
  for (const call of calls) {
    if (!call.sql) continue;
    const { library, detail } = call.span;
    const place = `${library} ${String(detail?.source ?? '')}`;
    const connection = `${place} ${String(detail?.connection ?? '')}`;
    changeSession(sessions, connection, call);
    const session = sessions.get(connection);
    contexts.set(call, session === undefined ? place : `${place} ${textOf(session)}`);
  }
  return contexts;
}

function textOf({ settings, local }: Session): string {
  return [...settings, ...local].map(([name, value]) => `${name}=${value}`).join(' ');
}

function changeSession(sessions: Map<string, Session>, connection: string, call: Call): void {
  const known = sessions.get(connection);
  if (END_VERBS.has(call.verb)) known?.local.clear();
  const text = call.span.name;
  const isConfig = call.verb === 'SELECT' && text.includes('set_config');
  if (!SESSION_VERBS.has(call.verb) && !isConfig) return;
  const session = known ?? { settings: new Map(), local: new Map() };
  sessions.set(connection, session);
  if (isConfig) setConfig(session, call);
  else applyStatement(session, call);
}

// SELECT set_config('app.tenant', $1, true)
function setConfig({ settings }: Session, { exactKey, span }: Call): void {
  const name = /set_config\s*\(\s*'?([\w.$]+)/i.exec(span.name)?.[1] ?? '';
  if (!HARMLESS_SETTING.test(name)) settings.set(`config ${name}`, exactKey);
}

function applyStatement({ settings, local }: Session, { verb, exactKey, span }: Call): void {
  if (verb === 'USE') settings.set('database', span.name);
  else if (verb === 'CHANGE') {
    settings.clear();
    settings.set('user', exactKey);
  } else if (verb === 'RESET' || verb === 'DISCARD') {
    const name = /^\s*reset\s+(?!all\b)(?:session\s+)?(\w+)/i.exec(span.name)?.[1]?.toLowerCase();
    if (name === undefined) settings.clear();
    else settings.delete(name);
  } else {
    const found = /^\s*set\s+(?:(local|session|global)\s+)?([@\w.]+)\s*(.*)$/is.exec(span.name);
    const [, scope = '', name = '', value = ''] = found ?? [];
    if (HARMLESS_SETTING.test(name)) return;
    (/local/i.test(scope) ? local : settings).set(name.toLowerCase(), `${value} ${exactKey}`);
  }
}

/** Largest number of different calls of a loop in one place: only they can become one query. */
export function distinctInOnePlace(scene: Scene, { calls, distinct }: Loop): number {
  const keys = new Map<string, Set<string>>();
  for (const call of calls) {
    const context = contextOf(scene, call);
    const known = keys.get(context);
    if (known) known.add(call.exactKey);
    else keys.set(context, new Set([call.exactKey]));
  }
  return keys.size === 1 ? distinct : Math.max(...[...keys.values()].map(({ size }) => size));
}
