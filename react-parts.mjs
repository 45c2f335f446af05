/**
 * esbuild plugin: React DOM with the parts that the page uses. As one CommonJS module it would be bundled whole,
 * and hydration, view transitions, fragment handles, preloads and form actions are a quarter of it.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Bodies of the functions that nothing reaches without those parts: what they return then. */
const BODIES = {
  // Hydration: nothing is rendered by a server.
  ...bodies('', [
    'pushTreeFork',
    'pushTreeId',
    'pushMaterializedTreeId',
    'popTreeContext',
    'restoreSuspendedTreeContext',
    'throwOnHydrationMismatch',
    'prepareToHydrateHostInstance',
    'popToNextHostParent',
    'resetHydrationState',
    'queueHydrationError',
    'pushDehydratedActivitySuspenseHandler',
    'mountHostRootWithoutHydrating',
    'retrySuspenseComponentWithoutHydrating',
    'retryActivityComponentWithoutHydrating',
    'updateDehydratedSuspenseComponent',
    'retryDehydratedSuspenseBoundary',
    'registerSuspenseInstanceRetry',
    'hideOrUnhideDehydratedBoundary',
    'clearHydrationBoundary',
    'commitActivityHydrationCallbacks',
    'commitSuspenseHydrationCallbacks',
    'createFiberFromDehydratedFragment',
    'clearIfContinuousEvent',
    'attemptExplicitHydrationTarget',
    'attemptContinuousHydration',
    'attemptHydrationAtCurrentPriority',
    'retryIfBlockedOn',
    'markRetryLaneIfNotHydrated',
  ]),
  ...bodies('return !1', ['popHydrationState', 'queueIfContinuousEvent']),
  ...bodies('return null', [
    'upgradeHydrationErrorsToRecoverable',
    'canHydrateInstance',
    'canHydrateTextInstance',
    'canHydrateHydrationBoundary',
    'getNextHydratable',
    'getNextHydratableInstanceAfterHydrationBoundary',
    'getParentHydrationBoundary',
    'getSuspenseInstanceFromFiber',
    'getActivityInstanceFromFiber',
    'getHydratableHoistableCache',
  ]),
  // View transitions.
  ...bodies('', [
    'trackEnterViewTransitions',
    'commitAppearingPairViewTransitions',
    'commitEnterViewTransitions',
    'commitDeletedPairViewTransitions',
    'commitExitViewTransitions',
    'commitNestedViewTransitions',
    'restorePairedViewTransitions',
    'restoreEnterOrExitViewTransitions',
    'restoreNestedViewTransitions',
    'restoreViewTransitionOnHostInstances',
    'applyViewTransitionToHostInstances',
    'measureNestedViewTransitions',
    'measureViewTransitionHostInstancesRecursive',
    'scheduleViewTransitionEvent',
    'startViewTransition',
    'createViewTransitionInstance',
    'getViewTransitionName',
    'getViewTransitionClassName',
    'flushAfterMutationEffects',
    'recursivelyTraverseAfterMutationEffects',
    'commitAfterMutationEffectsOnFiber',
    'restoreViewTransitionName',
    'applyViewTransitionName',
    'queueTransitionTypes',
  ]),
  ...bodies('return null', ['claimQueuedTransitionTypes']),
  // Handles of fragments: refs of <Fragment>.
  ...bodies('', [
    'commitNewChildToFragmentInstances',
    'commitFragmentInstanceInsertionEffects',
    'commitFragmentInstanceDeletionEffects',
    'commitNewChildToFragmentInstance',
    'deleteChildFromFragmentInstance',
    'FragmentInstance',
  ]),
  ...bodies('return !1', ['isFragmentInstanceParent', 'isFragmentInstanceHostBoundary']),
  // Resources: <link>, <style>, <script>, <title> and <meta> that move to the head; preloads.
  ...bodies('return !1', ['isHostHoistableType', 'maySuspendCommit', 'preloadResource']),
  ...bodies('return !0', ['preloadInstanceAndSuspendIfNeeded', 'preloadResourceAndSuspendIfNeeded']),
  ...bodies('return null', [
    'getResource',
    'acquireResource',
    'createHoistableInstance',
    'waitForCommitToBeReady',
    'preload',
    'preloadModule',
    'preinitStyle',
    'preinitScript',
    'preinitModuleScript',
    'preconnectAs',
  ]),
  ...bodies('', [
    'suspendResource',
    'suspendInstance',
    'accumulateSuspenseyCommitOnFiber',
    'recursivelyAccumulateSuspenseyCommit',
    'mountHoistable',
    'insertSuspendedStylesheets',
    'prefetchDNS',
    'preconnect',
  ]),
  // Actions of forms, and their state.
  ...bodies('', [
    'mountActionState',
    'updateActionState',
    'updateActionStateImpl',
    'rerenderActionState',
    'dispatchActionState',
    'runActionStateAction',
    'startHostTransition',
    'ensureFormComponentIsStateful',
    'requestFormReset$1',
    'requestFormReset',
    'recursivelyResetForms',
  ]),
  // <Activity> and <SuspenseList>.
  ...bodies('return null', ['updateActivityComponent', 'updateSuspenseListComponent']),
  // Names of components in stacks of errors: minified, they say nothing.
  ...bodies("return ''", ['describeNativeComponentFrame']),
};

function bodies(body, names) {
  return Object.fromEntries(names.map((name) => [name, body]));
}

export const reactParts = {
  name: 'react parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^react-dom\/client$/ }, () => ({
      path: require.resolve('react-dom/client').replace(/client\.js$/, 'cjs/react-dom-client.production.js'),
    }));
    onLoad({ filter: /[\\/]react-dom-client\.production\.js$/ }, ({ path }) => ({
      contents: partsOf(readFileSync(path, 'utf8')),
    }));
  },
};

/** The module's text as an ES module, of which esbuild drops what nothing uses. */
function partsOf(source) {
  const edits = [
    [
      /^var Scheduler = require\("scheduler"\),\n {2}React = require\("react"\),\n {2}ReactDOM = require\("react-dom"\);$/m,
      'import Scheduler from "scheduler";\nimport React from "react";\nconst nothing = () => {};\n' +
        'const ReactDOM = { __DOM_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE: { p: 0, d: { f: nothing } } };',
    ],
    [/^ReactDOMSharedInternals\.d = \{$[\s\S]*?^\};$/m, ''],
    [/^ReactDOMSharedInternals\.findDOMNode = function [\s\S]*?^\};$/m, ''],
    [/^exports\.createRoot = /m, 'export const createRoot = '],
    [/^exports\.hydrateRoot = [\s\S]*?^\};$/m, ''],
    [/^exports\.version = .*$/m, ''],
    [/^ReactDOMHydrationRoot\.prototype\.render = /m, ''],
    [/^ReactDOMHydrationRoot\.prototype\.unmount = /m, ''],
    [/^ReactDOMHydrationRoot\.prototype\.unstable_scheduleHydration = [\s\S]*?^\};$/m, ''],
    [/^ {2}isHydrating = !1,$/m, ''],
    [/if \(prevState\.isDehydrated\)/, 'if (!1)'],
  ];
  let text = source;
  for (const [from, to] of edits) text = replaceOnce(text, from, to);
  for (const [name, body] of Object.entries(BODIES)) {
    const escaped = name.replaceAll('$', '\\$');
    text = replaceOnce(
      text,
      new RegExp(`^function ${escaped}\\([^{]*\\) \\{$[^]*?^\\}$`, 'm'),
      `function ${name}() { ${body} }`,
    );
  }
  text = text.replace(
    /^(?:FragmentInstance|ViewTransitionPseudoElement)\.prototype\.\w+ = function [\s\S]*?^\};$/gm,
    '',
  );
  return `${text.replace(/\bisHydrating = ![01]\b/g, '0')}\nconst isHydrating = false;\n`;
}

function replaceOnce(text, from, to) {
  const found = from.exec(text);
  if (found === null) throw new Error(`react-dom no longer has ${from}; mend react-parts.mjs.`);
  return text.slice(0, found.index) + to + text.slice(found.index + found[0].length);
}
