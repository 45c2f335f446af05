/** Lines of the front end's sources, where a script has a source map: Orders.tsx:31 rather than the bundle's line. */

import type { Initiator } from './chrome-api.js';
import { type FrontLine, frontLineOf, initiatorLines, isFrontScript, lineName } from './front-line.js';
import { type ScriptMap, sourcePlaceOf } from './source-map.js';

/** Text of a script, or of its map, by its URL; undefined where it cannot be read. */
export type ReadText = (url: string) => Promise<string | undefined>;

/** Scripts whose maps are kept. */
const MAX_MAPS = 100;
/** Frames whose maps are read: behind them are a framework's own. */
const MAX_FRAMES = 30;

interface LoadedMap {
  map: ScriptMap;
  /** What its sources are relative to. */
  base: string;
}

export class FrontSources {
  readonly #readScript: ReadText;
  readonly #readMap: ReadText;
  readonly #maps = new Map<string, Promise<LoadedMap | undefined>>();

  constructor(readScript: ReadText, readMap: ReadText) {
    this.#readScript = readScript;
    this.#readMap = readMap;
  }

  /** The first line of the app's own source in a stack; that of the script where no map says more. */
  async lineOf(initiator: Initiator | undefined): Promise<FrontLine | undefined> {
    if (initiator?.type !== 'script') return frontLineOf(initiator);
    let first: FrontLine | undefined;
    for (const line of initiatorLines(initiator).slice(0, MAX_FRAMES)) {
      if (!isFrontScript(line.url)) continue;
      const source = await this.#sourceOf(line).catch(() => undefined);
      if (isFrontScript((source ?? line).url)) return source ?? line;
      first ??= source;
    }
    return first ?? frontLineOf(initiator);
  }

  async #sourceOf(line: FrontLine): Promise<FrontLine | undefined> {
    const loaded = await this.#mapOf(line.url);
    const place = loaded && sourcePlaceOf(loaded.map, line.line - 1, line.column);
    if (!loaded || !place) return undefined;
    const url = URL.canParse(place.source, loaded.base)
      ? new URL(place.source, loaded.base).href
      : place.source;
    const { function: name } = line;
    const number = place.line + 1;
    return {
      ...{ name: lineName(url, number), url, line: number, column: 0 },
      ...(name !== undefined && { function: name }),
    };
  }

  #mapOf(script: string): Promise<LoadedMap | undefined> {
    let map = this.#maps.get(script);
    if (map === undefined) {
      if (this.#maps.size >= MAX_MAPS) this.#maps.delete(this.#maps.keys().next().value!);
      map = this.#load(script).catch(() => undefined);
      this.#maps.set(script, map);
    }
    return map;
  }

  async #load(script: string): Promise<LoadedMap | undefined> {
    const text = await this.#readScript(script);
    // The last one counts; a bundle may hold those of its parts.
    const [, link] = [...(text ?? '').matchAll(/\/[/*][#@]\s*sourceMappingURL=(\S+)/g)].at(-1) ?? [];
    if (link === undefined) return undefined;
    if (link.startsWith('data:')) return { map: JSON.parse(dataText(link)), base: script };
    const base = new URL(link, script).href;
    const json = await this.#readMap(base);
    // A prefix keeps it from being run as a script.
    return json === undefined ? undefined : { map: JSON.parse(json.replace(/^\)\]\}'[^\n]*\n/, '')), base };
  }
}

function dataText(url: string): string {
  const comma = url.indexOf(',');
  const data = url.slice(comma + 1);
  if (!/;base64$/i.test(url.slice(0, comma))) return decodeURIComponent(data);
  return new TextDecoder().decode(Uint8Array.from(atob(data), (char) => char.charCodeAt(0)));
}
