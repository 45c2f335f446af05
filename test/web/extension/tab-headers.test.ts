import { test } from 'tap';
import type { HeaderRule } from '../../../src/web/extension/chrome-api.js';
import { setTabSwitches, tabSwitches } from '../../../src/web/extension/tab-headers.js';

/** Rules of a session, as a browser keeps them. */
function session(...first: HeaderRule[]) {
  let rules = first;
  return {
    getSessionRules: async () => rules,
    updateSessionRules: async ({
      removeRuleIds,
      addRules,
    }: {
      removeRuleIds: number[];
      addRules: HeaderRule[];
    }) => {
      rules = [...rules.filter(({ id }) => !removeRuleIds.includes(id)), ...addRules];
    },
  };
}

test('headers of one tab, to this machine only', async (t) => {
  const rules = session();
  await setTabSwitches(rules, 7, new Set(['cpu', 'record']));
  t.same(await rules.getSessionRules(), [
    {
      id: 1,
      action: {
        type: 'modifyHeaders',
        requestHeaders: [
          { header: 'x-scooby-profile', value: 'cpu', operation: 'set' },
          { header: 'x-scooby-record', value: '1', operation: 'set' },
        ],
      },
      condition: {
        tabIds: [7],
        resourceTypes: ['main_frame', 'sub_frame', 'xmlhttprequest'],
        requestDomains: ['localhost', '127.0.0.1'],
      },
    },
  ]);
  t.same([...(await tabSwitches(rules, 7))], ['record', 'cpu']);
  t.same([...(await tabSwitches(rules, 8))], []);
});

test('each tab has its own, and what is off is gone', async (t) => {
  const rules = session();
  await setTabSwitches(rules, 7, new Set(['cpu']));
  await setTabSwitches(rules, 8, new Set(['record']));
  await setTabSwitches(rules, 7, new Set(['record']));
  t.same(
    (await rules.getSessionRules()).map(({ id, condition }) => [id, condition.tabIds]),
    [
      [2, [8]],
      [1, [7]],
    ],
  );
  await setTabSwitches(rules, 7, new Set());
  t.same([[...(await tabSwitches(rules, 7))], [...(await tabSwitches(rules, 8))]], [[], ['record']]);
});
