/**
 * Routes of frameworks whose files are their routes (SvelteKit, Astro, Nuxt and Nitro, Remix, SolidStart,
 * Qwik City, TanStack Start): by the file that made a request's calls, where its name fits the URL.
 */

import { isSecretField } from '../domain/secret-names.cjs';
import { REDACTED } from '../domain/secret-shapes.cjs';

/** Pattern, and the values of its parameters in the URL. */
export interface FileRoute {
  route: string;
  params?: Record<string, string>;
}

interface Segment {
  text: string;
  /** Name of a parameter; undefined for a text that the URL has as it is. */
  param?: string;
  optional?: boolean;
  /** Takes all segments that are left. */
  rest?: boolean;
}
/** A folder whose files are routes, and what the name of one below it stands for. */
type Layout = [folder: string, segmentsOf: (path: string) => Segment[] | undefined];

const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|astro|svelte|mdx?)$/;
const SVELTE = /(?:^|\/)\+(?:page|server)(?:\.server)?\.(?:[jt]s|svelte)$/;
const METHOD = /\.(?:get|post|put|patch|delete|head|options|connect|trace)$/;
const ENVIRONMENT = /\.(?:dev|prod|prerender)$/;
// What SvelteKit, React Router and Remix ask a page's data by.
const DATA = /\/__data\.json$|\.data$/;

const LAYOUTS: Layout[] = [
  // SvelteKit: src/routes/(shop)/orders/[id]/+page.server.ts
  ['src/routes/', (path) => (SVELTE.test(path) ? bracketed(path.replace(SVELTE, ''), kept) : undefined)],
  // Astro: src/pages/orders/[id].astro
  ['src/pages/', (path) => bracketed(withoutIndex(path), kept)],
  // SolidStart, Qwik City: src/routes/orders/[id]/index.tsx
  ['src/routes/', (path) => bracketed(withoutIndex(path), kept)],
  // Nuxt and Nitro: server/api/orders/[id].get.ts, routes/orders.ts, app/pages/orders/[id].vue
  ['api/', (path) => bracketed(`api/${withoutMethod(path)}`, colon)],
  ['routes/', (path) => bracketed(withoutMethod(path), colon)],
  ['pages/', (path) => (path.endsWith('.vue') ? bracketed(withoutIndex(path), colon) : undefined)],
  // Remix and React Router's flat routes, TanStack Start: app/routes/orders.$id.tsx
  ['app/routes/', flat],
  ['src/routes/', flat],
];

/** Route of a file that served a URL; undefined for a file of no route, or of another URL's. */
export function fileRoute(file: string, url: string): FileRoute | undefined {
  const slashed = `/${file.replaceAll('\\', '/')}`;
  let parts: string[] | undefined;
  for (const [folder, segmentsOf] of LAYOUTS) {
    const at = slashed.indexOf(`/${folder}`);
    const segments = at < 0 ? undefined : segmentsOf(slashed.slice(at + 1 + folder.length));
    // Of most apps no file is a route: their URLs are not taken apart.
    if (segments !== undefined && (parts ??= urlSegments(url)) === undefined) return undefined;
    const params = segments && match(segments, parts!);
    if (!params) continue;
    const route = `/${segments.map(({ text }) => text).join('/')}`;
    return Object.keys(params).length === 0 ? { route } : { route, params };
  }
  return undefined;
}

/** Patterns that fit every path: `*`, `/*`, `*all`, `/{*splat}`, `(.*)`. */
const CATCH_ALL = /^\/?(?:\*\w*|\{\/?\*\w+\}|\(?\.\*\)?|:\w+\(\.\*\))$/;

/** Whether a route fits every path: it is that of a server around what has the routes, and names none. */
export function isCatchAll(route: string): boolean {
  return CATCH_ALL.test(route);
}

function urlSegments(url: string): string[] | undefined {
  const [path = ''] = url.split(/[?#]/, 1);
  try {
    return path
      .replace(DATA, '')
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function match(segments: Segment[], parts: string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  let at = 0;
  for (const [i, { text, param, optional, rest }] of segments.entries()) {
    const part = parts[at];
    if (rest) return { ...params, ...(at < parts.length && named(param!, parts.slice(at).join('/'))) };
    // An optional one has a part where the others leave one.
    if (optional && parts.length - at < segments.length - i) continue;
    if (part === undefined || (param === undefined && part !== text)) return undefined;
    if (param !== undefined) Object.assign(params, named(param, part));
    at++;
  }
  return at === parts.length ? params : undefined;
}

function named(param: string, value: string): Record<string, string> {
  return { [param]: isSecretField(param, value) ? REDACTED : value };
}

function withoutIndex(path: string): string {
  return path.replace(SCRIPT, '').replace(/(?:^|\/)index$/, '');
}

function withoutMethod(path: string): string {
  return withoutIndex(path.replace(SCRIPT, '').replace(ENVIRONMENT, '').replace(METHOD, ''));
}

const kept = (text: string) => text;
const colon = (_text: string, { param, optional, rest }: Segment) =>
  rest ? `**${param === '' ? '' : `:${param}`}` : `:${param}${optional ? '?' : ''}`;

/** Segments of `orders/[id]`, `[[lang]]`, `[...rest]`, `[id=integer]`; groups in parentheses are left out. */
function bracketed(path: string, textOf: (text: string, segment: Segment) => string): Segment[] | undefined {
  const segments: Segment[] = [];
  for (const text of path.split('/')) {
    if (text === '' || /^\(.*\)$/.test(text)) continue;
    const [, opening, dots, param] = /^(\[\[?)(\.\.\.)?([\w-]*)(?:=\w+)?\]\]?$/.exec(text) ?? [];
    if (param === undefined && /[[\]$]/.test(text)) return undefined;
    const segment: Segment = { text };
    if (param !== undefined) segment.param = param;
    if (opening === '[[') segment.optional = true;
    if (dots !== undefined) segment.rest = true;
    segments.push(param === undefined ? segment : { ...segment, text: textOf(text, segment) });
  }
  return segments;
}

/** Segments of `orders.$id`, `_shop.orders_.($lang)`, `orders.$id/route`, `files.$`. */
function flat(path: string): Segment[] | undefined {
  const name = path.replace(SCRIPT, '').replace(/\/(?:route|index)$/, '');
  if (/[[\]]/.test(name)) return undefined;
  const segments: Segment[] = [];
  for (const part of name.split(/[./]/)) {
    // Layouts without a part of the URL, and the index of a folder.
    if (part === '' || part.startsWith('_') || part === 'index') continue;
    const optional = /^\((.*)\)$/.exec(part)?.[1];
    const text = (optional ?? part).replace(/_$/, '');
    if (text === '$') segments.push({ text: '*', param: '*', rest: true });
    else if (text.startsWith('$'))
      segments.push({ text: `:${text.slice(1)}`, param: text.slice(1), optional: optional !== undefined });
    else if (optional === undefined) segments.push({ text });
    else return undefined;
  }
  return segments;
}
