/**
 * esbuild plugin: React DOM as an ES module. As CommonJS it is bundled whole, with hydration and preloads, though the
 * page only calls createRoot.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const reactDomModule = {
  name: 'react-dom as a module',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^react-dom\/client$/ }, () => ({
      path: require.resolve('react-dom/client').replace(/client\.js$/, 'cjs/react-dom-client.production.js'),
    }));
    onLoad({ filter: /[\\/]react-dom-client\.production\.js$/ }, ({ path }) => ({
      contents: moduleOf(readFileSync(path, 'utf8')),
    }));
  },
};

/** Its text as an ES module without hydrateRoot and preloads, of which esbuild drops what nothing uses. */
function moduleOf(source) {
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
  return `${text.replace(/\bisHydrating = ![01]\b/g, '0')}\nconst isHydrating = false;\n`;
}

function replaceOnce(text, from, to) {
  const found = from.exec(text);
  if (found === null) throw new Error(`react-dom no longer has ${from}; mend react-dom-module.mjs.`);
  return text.slice(0, found.index) + to + text.slice(found.index + found[0].length);
}
