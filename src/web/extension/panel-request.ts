/** A request of the inspected tab that scooby has recorded, from an entry of the network panel. */

import { type Figures, headFigures } from '../badge/figures.js';
import type { HarEntry } from './chrome-api.js';
import { type FrontLine, frontLineOf } from './front-line.js';
import { parseServerTiming } from './server-timing-text.js';

/** A row of the panel. */
export interface PanelRequest {
  id: string;
  method: string;
  /** Path and query. */
  path: string;
  /** Of the proxy: where the details are. */
  origin: string;
  status: number;
  /** Epoch ms. */
  start: number;
  /** The page's script has asked, by fetch or XMLHttpRequest. */
  isFetch: boolean;
  /** Page load that it belongs to. */
  page: string;
  figures: Figures;
  /** Line of the front end that asked. */
  front?: FrontLine;
  /** Line of the back end: of its first finding, else of its handler. */
  back?: string;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
/** Hosts of this machine: scooby's endpoint is nowhere else, and the extension may read no others. */
const LOCAL = /^(?:localhost|127\.0\.0\.1)$/;

/** Row of an entry; undefined where it has not passed a proxy of scooby on this machine. */
export function panelRequestOf(entry: HarEntry): PanelRequest | undefined {
  const { request, response, startedDateTime, pageref = '', _initiator, _resourceType } = entry;
  const id = headersOf(entry, 'x-scooby').find((value) => UUID.test(value));
  if (id === undefined || !URL.canParse(request.url)) return undefined;
  const { origin, hostname, pathname, search } = new URL(request.url);
  if (!LOCAL.test(hostname)) return undefined;
  const front = frontLineOf(_initiator);
  return {
    id,
    method: request.method,
    path: pathname + search,
    origin,
    status: response.status,
    start: Date.parse(startedDateTime) || 0,
    isFetch: _resourceType === 'fetch' || _resourceType === 'xhr',
    page: pageref,
    figures: headFigures(parseServerTiming(headersOf(entry, 'server-timing').join(', '))),
    ...(front !== undefined && { front }),
  };
}

/** Line of the back end in an outline (docs/trace.md): `src/orders.js:11`. */
export function backLineOf(outline: unknown): string | undefined {
  const { findings, handler } = (outline ?? {}) as { findings?: unknown; handler?: unknown };
  const sites = Array.isArray(findings) ? findings.map((finding) => finding?.site) : [];
  const site = sites.find((each) => typeof each === 'string');
  if (site !== undefined) return site as string;
  return typeof handler === 'string' ? /(?<!\S)\S+:\d+$/.exec(handler)?.[0] : undefined;
}

function headersOf({ response }: HarEntry, name: string): string[] {
  return response.headers.filter((header) => header.name.toLowerCase() === name).map(({ value }) => value);
}
