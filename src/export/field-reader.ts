/** Reader of fields of JSON that others have written: every field is checked, and named when it is wrong. */

/** A file that is none of ours, or damaged: `message` says where and what. */
export class ImportError extends Error {
  override name = 'ImportError';
}

/** Longest text that is kept; what is longer is cut. */
const MAX_TEXT = 1 << 20;
const MAX_DEPTH = 40;

/** An object of a file, and its path in it. */
export class FieldReader {
  readonly #value: Record<string, unknown>;
  readonly #path: string;

  /** Throws an ImportError for what is no object. */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ImportError(`${path} is no object`);
    this.#value = value as Record<string, unknown>;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  text(name: string): string {
    return this.maybeText(name) ?? this.fail(name, 'is missing');
  }

  maybeText(name: string): string | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    return typeof value === 'string' ? value.slice(0, MAX_TEXT) : this.fail(name, 'is no text');
  }

  number(name: string): number {
    return this.maybeNumber(name) ?? this.fail(name, 'is missing');
  }

  maybeNumber(name: string): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    return Number.isFinite(value) ? (value as number) : this.fail(name, 'is no number');
  }

  maybeFlag(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    return typeof value === 'boolean' ? value : this.fail(name, 'is neither true nor false');
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T {
    const value = this.text(name);
    return known.find((each) => each === value) ?? this.fail(name, `is none of ${known.join(', ')}`);
  }

  /** The items of a list, each handed to `read` with its path; of a missing one, none. */
  list<T>(name: string, max: number, read: (item: unknown, path: string) => T): T[] {
    const value = this.#get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) return this.fail(name, 'is no list');
    if (value.length > max) return this.fail(name, `has more than ${max} items`);
    return value.map((item, n) => read(item, `${this.#path}.${name}[${n}]`));
  }

  /** The values of an object by name; of a missing one, undefined. */
  table<T>(name: string, read: (item: unknown, path: string) => T): Record<string, T> | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.fail(name, 'is no object');
    const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
    return Object.fromEntries(
      entries.map(([key, item]) => [key, read(item, `${this.#path}.${name}.${key}`)]),
    );
  }

  object(name: string): FieldReader {
    return new FieldReader(this.#get(name), `${this.#path}.${name}`);
  }

  /** Any JSON, of bounded depth. */
  json(name: string): unknown {
    const value = this.#get(name);
    if (depthOf(value) > MAX_DEPTH) return this.fail(name, 'is nested too deeply');
    return value;
  }

  #get(name: string): unknown {
    const value = Object.hasOwn(this.#value, name) ? this.#value[name] : undefined;
    return value === null ? undefined : value;
  }

  /** Throws an ImportError that names the field. */
  fail(name: string, what: string): never {
    throw new ImportError(`${this.#path}.${name} ${what}`);
  }
}

function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return depth;
  let deepest = depth;
  for (const item of Object.values(value)) deepest = Math.max(deepest, depthOf(item, depth + 1));
  return deepest;
}

/** Reader of a list's or table's item that is a text. */
export function asText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new ImportError(`${path} is no text`);
  return value.slice(0, MAX_TEXT);
}

/** Reader of a list's or table's item that is a number. */
export function asNumber(value: unknown, path: string): number {
  if (!Number.isFinite(value)) throw new ImportError(`${path} is no number`);
  return value as number;
}
