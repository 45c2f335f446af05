/** The user's own keys and colours: `config.json` in the configuration folder, checked before anything is drawn. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { BINDINGS, type Binding, type BindingScope } from './input/bindings.js';
import type { State } from './state/state.js';
import { ROLES } from './view/theme.js';

/** A fault in the configuration: `message` says which file, what is wrong, and what would be right. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

export interface UserConfig {
  bindings: Binding[];
  /** SGR codes by role. */
  roles: Record<string, string>;
  editor?: string;
  mouse: boolean;
  ascii: boolean;
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const STYLES: Record<string, string> = {
  __proto__: null as never,
  bold: '1',
  dim: '2',
  italic: '3',
  underline: '4',
  inverse: '7',
  none: '',
};

/** Answers the folder of the configuration. */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'scooby');
}

/** Answers the file of the saved filters. */
export function filtersFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'scooby', 'filters.json');
}

function codeOf(word: string): string | undefined {
  const bright = word.startsWith('bright-');
  const colour = COLOURS.indexOf(bright ? word.slice(7) : word);
  if (colour >= 0) return String((bright ? 90 : 30) + colour);
  return STYLES[word];
}

function rolesOf(theme: unknown, file: string): Record<string, string> {
  const roles: Record<string, string> = {};
  for (const [role, value] of Object.entries(theme ?? {})) {
    if (!Object.hasOwn(ROLES, role))
      throw new ConfigError(
        `${file}: there is no role "${role}"; there are ${Object.keys(ROLES).join(', ')}`,
      );
    const codes = String(value).split(/\s+/).map(codeOf);
    if (codes.includes(undefined)) {
      throw new ConfigError(
        `${file}: "${value}" is no colour for ${role}; use ${COLOURS.join(', ')}, bright-… of them, ${Object.keys(STYLES).join(', ')}`,
      );
    }
    roles[role] = codes.filter((code) => code !== '').join(';');
  }
  return roles;
}

/** Answers whether two places of the keys have a pane in common. */
function meet(a: BindingScope, b: BindingScope): boolean {
  if (a === 'everywhere' || b === 'everywhere' || a === b) return true;
  const within = (one: BindingScope) => one === 'table' || one === 'text';
  return (a === 'detail' && within(b)) || (b === 'detail' && within(a));
}

/** Answers two bindings that one key would do at the same place, if there are such. */
export function bindingConflict(bindings: Binding[]): { key: string; names: [string, string] } | undefined {
  for (const [index, one] of bindings.entries()) {
    for (const other of bindings.slice(index + 1)) {
      const key = one.keys.find((candidate) => other.keys.includes(candidate));
      if (key !== undefined && meet(one.where, other.where)) return { key, names: [one.name, other.name] };
    }
  }
  return undefined;
}

function bindingsOf(keys: unknown, file: string): Binding[] {
  const wanted = new Map<string, string[]>();
  for (const [name, value] of Object.entries(keys ?? {})) {
    if (!BINDINGS.some((binding) => binding.name === name)) {
      throw new ConfigError(`${file}: there is no action "${name}"; press : in scooby for their names`);
    }
    wanted.set(name, [value].flat().map(String));
  }
  const bindings = BINDINGS.map((binding) => ({
    ...binding,
    keys: wanted.get(binding.name) ?? binding.keys,
  }));
  const conflict = bindingConflict(bindings);
  if (conflict)
    throw new ConfigError(`${file}: the key "${conflict.key}" would do both ${conflict.names.join(' and ')}`);
  return bindings;
}

/** Answers the configuration in a file, ours where there is none. Throws a ConfigError when it cannot be used. */
export function readUserConfig(file: string): UserConfig {
  let text = '{}';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`);
  }
  let read: Record<string, unknown>;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${(error as Error).message}`);
  }
  return {
    bindings: bindingsOf(read.keys, file),
    roles: rolesOf(read.theme, file),
    mouse: read.mouse === true,
    ascii: read.ascii === true,
    ...(typeof read.editor === 'string' ? { editor: read.editor } : {}),
  };
}

/** Answers the filters saved before; none when the file cannot be read. */
export function readFilters(file: string): State['saved'] {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!Array.isArray(read)) return [];
    return read.filter((one) => typeof one?.name === 'string' && typeof one?.filter === 'string');
  } catch {
    // Saved filters are a convenience: without them the browser opens all the same.
    return [];
  }
}

/** Keeps the saved filters. */
export function writeFilters(file: string, saved: State['saved']): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
}
