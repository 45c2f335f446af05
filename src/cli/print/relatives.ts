/** What led to a request or unit, and what it led to, as facts of `scooby show`. */

import { statusTextOf } from '../../domain/request.js';
import { routeNameOf } from '../../domain/route.js';
import { escapeToOneLine, readableUrl } from '../../domain/text.js';
import type { Summary, Trace } from '../../domain/trace.js';
import type { StoreReader } from '../../store/store.js';
import { shortId, shortIds } from '../select/request.js';

/** Texts of the two facts; each is missing where there is nothing to tell. */
export interface Relatives {
  /** `POST /orders 200  3f2a91bc`. */
  cause?: string;
  /** `job emails send ×3  5d1c0a2b`. */
  effects?: string;
}

/** Units that are counted. */
const MAX_EFFECTS = 1000;
/** Names that are printed. */
const MAX_NAMES = 8;

/** Relatives of a trace; its parent may have expired. */
export async function relativesOf(store: StoreReader, { id, parent }: Trace): Promise<Relatives> {
  const cause = parent === undefined ? undefined : await causeText(store, parent);
  const effects = await effectsText(store, await store.children(id, MAX_EFFECTS));
  return { ...(cause !== undefined && { cause }), ...(effects !== '' && { effects }) };
}

async function causeText(store: StoreReader, parent: string): Promise<string> {
  const trace = await store.find(parent);
  if (trace === undefined) return `${parent}, which is not stored any more`;
  const { method, url } = trace;
  return `${escapeToOneLine(`${method} ${readableUrl(url)}`)} ${statusTextOf(trace)}  ${await shortId(store, parent)}`;
}

async function effectsText(store: StoreReader, effects: Summary[]): Promise<string> {
  const byName = new Map<string, Summary[]>();
  for (const effect of effects) {
    const name = `${effect.method} ${routeNameOf(effect)}`;
    byName.set(name, [...(byName.get(name) ?? []), effect]);
  }
  const named = [...byName].slice(0, MAX_NAMES);
  const short = await shortIds(
    store,
    named.map(([, group]) => group[0]!.id),
  );
  const names = named.map(([name, group]) => {
    const count = group.length > 1 ? ` ×${group.length}` : '';
    return `${escapeToOneLine(name)}${count}  ${short(group[0]!.id)}`;
  });
  const more = byName.size > MAX_NAMES ? [`and ${byName.size - MAX_NAMES} more`] : [];
  return [...names, ...more].join('   ');
}
