/** Headers that requests of one tab to this machine get: to be recorded, or profiled. */

import type { HeaderRule, SessionRules } from './chrome-api.js';

/** What can be switched on for a tab. */
export type TabSwitch = 'record' | 'cpu';

const HEADERS: Record<TabSwitch, { header: string; value: string }> = {
  record: { header: 'x-scooby-record', value: '1' },
  cpu: { header: 'x-scooby-profile', value: 'cpu' },
};

/** What is switched on for a tab. */
export async function tabSwitches(rules: SessionRules, tab: number): Promise<Set<TabSwitch>> {
  const own = rulesOfTab(await rules.getSessionRules(), tab);
  const names = own.flatMap(({ action }) => action.requestHeaders.map(({ header }) => header));
  return new Set(
    (Object.keys(HEADERS) as TabSwitch[]).filter((each) => names.includes(HEADERS[each].header)),
  );
}

/** Sets what is switched on for a tab; nothing else of the session's rules changes. */
export async function setTabSwitches(
  rules: SessionRules,
  tab: number,
  switches: ReadonlySet<TabSwitch>,
): Promise<void> {
  const all = await rules.getSessionRules();
  const removeRuleIds = rulesOfTab(all, tab).map(({ id }) => id);
  const taken = new Set(all.map(({ id }) => id).filter((id) => !removeRuleIds.includes(id)));
  let id = 1;
  while (taken.has(id)) id++;
  await rules.updateSessionRules({
    removeRuleIds,
    addRules: switches.size === 0 ? [] : [ruleOf(id, tab, switches)],
  });
}

function ruleOf(id: number, tab: number, switches: ReadonlySet<TabSwitch>): HeaderRule {
  return {
    id,
    action: {
      type: 'modifyHeaders',
      requestHeaders: [...switches].map((each) => ({ ...HEADERS[each], operation: 'set' as const })),
    },
    condition: {
      tabIds: [tab],
      resourceTypes: ['main_frame', 'sub_frame', 'xmlhttprequest'],
      requestDomains: ['localhost', '127.0.0.1'],
    },
  };
}

function rulesOfTab(rules: HeaderRule[], tab: number): HeaderRule[] {
  return rules.filter(({ condition }) => condition.tabIds?.length === 1 && condition.tabIds[0] === tab);
}
