/** Reads the user's keys, colours and saved filters, validated before anything is drawn. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { BINDINGS, type Binding, type BindingScope } from './input/bindings.js';
import type { State } from './state/state.js';
import { ROLES } from './view/theme.js';

/** Error in the configuration file; the message has the file, the fault and the allowed values. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

export interface UserConfig {
  bindings: Binding[];
  /** SGR parameters by role, e.g. `36;1`. */
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

/** Folder of `config.json`: XDG_CONFIG_HOME or ~/.config. */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'scooby');
}

/** File of the saved filters, in XDG_STATE_HOME or ~/.local/state. */
export function filtersFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'scooby', 'filters.json');
}

function sgrCodeOf(word: string): string | undefined {
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
    const codes = String(value).split(/\s+/).map(sgrCodeOf);
    if (codes.includes(undefined)) {
      throw new ConfigError(
        `${file}: "${value}" is no colour for ${role}; use ${COLOURS.join(', ')}, bright-… of them, ${Object.keys(STYLES).join(', ')}`,
      );
    }
    roles[role] = codes.filter((code) => code !== '').join(';');
  }
  return roles;
}

/** True when the two scopes have a pane in common. */
function overlaps(a: BindingScope, b: BindingScope): boolean {
  if (a === 'everywhere' || b === 'everywhere' || a === b) return true;
  const isInDetail = (scope: BindingScope) => scope === 'table' || scope === 'text';
  return (a === 'detail' && isInDetail(b)) || (b === 'detail' && isInDetail(a));
}

/** First key of two bindings in the same pane, with their names; undefined without a conflict. */
export function bindingConflict(bindings: Binding[]): { key: string; names: [string, string] } | undefined {
  for (const [index, binding] of bindings.entries()) {
    for (const other of bindings.slice(index + 1)) {
      const key = binding.keys.find((candidate) => other.keys.includes(candidate));
      if (key !== undefined && overlaps(binding.where, other.where))
        return { key, names: [binding.name, other.name] };
    }
  }
  return undefined;
}

function bindingsOf(keys: unknown, file: string): Binding[] {
  const configured = new Map<string, string[]>();
  for (const [name, value] of Object.entries(keys ?? {})) {
    if (!BINDINGS.some((binding) => binding.name === name)) {
      throw new ConfigError(`${file}: there is no action "${name}"; press : in scooby for their names`);
    }
    configured.set(name, [value].flat().map(String));
  }
  const bindings = BINDINGS.map((binding) => ({
    ...binding,
    keys: configured.get(binding.name) ?? binding.keys,
  }));
  const conflict = bindingConflict(bindings);
  if (conflict)
    throw new ConfigError(`${file}: the key "${conflict.key}" would do both ${conflict.names.join(' and ')}`);
  return bindings;
}

/** Reads the configuration; a missing file yields defaults. Throws a ConfigError if invalid. */
export function readUserConfig(file: string): UserConfig {
  let text = '{}';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`);
  }
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${(error as Error).message}`);
  }
  return {
    bindings: bindingsOf(config.keys, file),
    roles: rolesOf(config.theme, file),
    mouse: config.mouse === true,
    ascii: config.ascii === true,
    ...(typeof config.editor === 'string' ? { editor: config.editor } : {}),
  };
}

/** Reads the saved filters; an unreadable file yields none. */
export function readFilters(file: string): State['saved'] {
  try {
    const saved: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!Array.isArray(saved)) return [];
    return saved.filter((entry) => typeof entry?.name === 'string' && typeof entry?.filter === 'string');
  } catch {
    // Saved filters are a convenience: a broken file does not keep the browser from opening.
    return [];
  }
}

/**
 * Adds a filter to the file, in place of an earlier one of its name; returns all filters. The file
 * is read again, as another browser may have saved to it.
 */
export function addFilter(file: string, filter: State['saved'][number]): State['saved'] {
  const saved = [...readFilters(file).filter(({ name }) => name !== filter.name), filter];
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Renamed into place: a reader never meets half a file, which would count as none.
  const written = `${file}.${process.pid}`;
  writeFileSync(written, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
  renameSync(written, file);
  return saved;
}
