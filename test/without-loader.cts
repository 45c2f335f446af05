/**
 * Required before tap's own preload, whose thread all modules of a test would pass (0.9 s of CPU for each file): it finds
 * what is to be covered, which is measured otherwise here.
 */

const nodeModule = require('node:module') as { register?: unknown };

const { register } = nodeModule;
Object.assign(nodeModule, { register: () => {} });

/** Gives the test the module system that it has without tap. */
export function restore(): void {
  Object.assign(nodeModule, { register });
}
