/** Sections of the help: what keys are about. */

import type { Binding } from './bindings.js';

const REQUEST =
  'edit copy saveFile replay profile editReplay tryLoop verify watch diff openPage openUrl further closer';
const APP = 'output record clear restart';

const SECTION_OF = new Map<string, string>([
  ...REQUEST.split(' ').map((name): [string, string] => [name, 'request']),
  ...APP.split(' ').map((name): [string, string] => [name, 'app']),
]);

/** Sections in the order of the help; what is of the focused pane comes first. */
const ORDER = ['list', 'tab', 'text', 'output', 'request', 'tabs', 'app', 'screen', 'move'];

/** Section of a key. */
export function sectionOf({ name, where, action }: Pick<Binding, 'name' | 'where' | 'action'>): string {
  if (action.type === 'move') return 'move';
  if (action.type === 'tab' || action.type === 'nextTab') return 'tabs';
  if (where === 'everywhere') return SECTION_OF.get(name) ?? 'screen';
  return where === 'table' || where === 'detail' ? 'tab' : where;
}

/** Keys by section; those of a section stay in their order. */
export function bySection(bindings: readonly Binding[]): Binding[] {
  const rank = (binding: Binding) => ORDER.indexOf(sectionOf(binding));
  return [...bindings].sort((a, b) => rank(a) - rank(b));
}
