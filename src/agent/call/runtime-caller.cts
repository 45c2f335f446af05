/** Callers that are neither the app nor a library of it: Node's module loader and its bundled libraries, transpilers, the agent. */

import { isAgentScript, isOwnScript } from './own-script.cjs';
import { sitesAbove } from './stack-formatter.cjs';

// Deeper than the frames of a transpiler and of two chained hooks.
const MAX_FRAMES = 60;
const LOADER = /^node:internal\/(?:modules|source_map|process\/esm_loader)(?:\/|$)/;
/** Libraries that Node brings along, as undici behind fetch: their own calls, not those of what they call back. */
const BUNDLED = /^node:internal\/deps\//;
/** Functions of the loader that call a module's own code, all others call hooks. */
const EVALUATION = /(?:^|\.)(?:_compile|loadCJSModule|run(?:Sync|ScriptInThisContext)?)$/;
/**
 * Packages that compile and load modules without Node's loader on the stack: their own module
 * systems, and transpilers that go on in a later turn.
 */
const LOADER_PACKAGE =
  /[\\/]node_modules[\\/](?:tsx|ts-node(?:-dev|-maintained)?|jiti|esm|pirates|sucrase|(?:coffee|live)script|bytenode|v8-compile-cache(?:-lib)?|source-map-support|esbuild-(?:register|runner)|vite-node|@babel[\\/](?:register|node)|@swc(?:-node)?[\\/]register|@swc-node[\\/]core|@esbuild-kit[\\/][^\\/]+|@cspotcode[\\/]source-map-support|jest-(?:runtime|resolve|haste-map)|babel-jest|@jest[\\/]transform)[\\/](?!.*[\\/]node_modules[\\/])/;

/**
 * Whether `wrapper` was called by what runs the app: to find, read or compile a module on behalf of
 * its `require` or `import`, by a library that Node brings along, or by the agent. What the code of a module does while it runs for the
 * first time is the app's doing, and a library's only while the loader does not run it.
 */
export function isCalledByRuntime(wrapper: (...args: never[]) => unknown): boolean {
  return isRuntime(sitesAbove(wrapper, MAX_FRAMES));
}

/** Whether frames, innermost first, reach the loader before the app, whose own hooks are loaders too. */
function isRuntime(sites: NodeJS.CallSite[]): boolean {
  const caller = sites[0]?.getScriptNameOrSourceURL() ?? '';
  if (isAgentScript(caller) || BUNDLED.test(caller)) return true;
  let isOwn = false;
  for (const site of sites) {
    const script = site.getScriptNameOrSourceURL() ?? '';
    if (LOADER.test(script)) return !isOwn || !isEvaluation(site);
    if (!isOwn && LOADER_PACKAGE.test(script)) return true;
    isOwn ||= isOwnScript(script);
  }
  return false;
}

/** Since Node 22 the methods of Module have no name of their own. */
function isEvaluation(site: NodeJS.CallSite): boolean {
  return EVALUATION.test(site.getFunctionName() || site.getMethodName() || '');
}
