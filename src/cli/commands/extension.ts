/** `scooby extension`: where the DevTools panel is, and how a browser loads it. */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { stateFolder } from '../../store/location.js';
import { packageFile } from '../agent-file.js';
import { printDocument, printRemark } from '../output.js';

/** Adds the command to the program. */
export function registerExtension(program: Command): void {
  program
    .command('extension')
    .description("print the folder of the browser's DevTools panel, and how to load it")
    .option('--firefox', 'for Firefox: a copy with a manifest of its own')
    .addHelpText(
      'after',
      `
The panel "Scooby" lists the requests of a tab as they happen, each with the line of the front end that asked and
the line of the back end that answered: docs/devtools.md.

Examples:
  scooby extension                     for Chromium, Chrome and Edge
  scooby extension --firefox`,
    )
    .action(({ firefox }: { firefox?: boolean }) => {
      const folder = dirname(packageFile('extension/manifest.json'));
      if (!firefox) return print(folder, CHROMIUM);
      const copy = join(stateFolder(), 'scooby', 'extension-firefox');
      print(join(copyForFirefox(folder, copy), 'manifest.json'), FIREFOX);
    });
}

const CHROMIUM = [
  'Load it once:  chrome://extensions → Developer mode → Load unpacked → this folder.',
  'Then:  DevTools → Scooby, in the tab of the app.',
];
const FIREFOX = [
  'Load it, until Firefox is closed:  about:debugging#/runtime/this-firefox → Load Temporary Add-on → this file.',
  'Then:  developer tools → Scooby → Allow localhost. Firefox does not tell which line asked.',
];

function print(path: string, steps: string[]): void {
  printDocument([path]);
  for (const step of steps) printRemark(step);
}

/** Copies the extension, with the manifest that Firefox needs; returns the folder. */
export function copyForFirefox(folder: string, copy: string): string {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(folder, copy, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  writeFileSync(join(copy, 'manifest.json'), `${JSON.stringify(firefoxManifest(manifest), undefined, 2)}\n`);
  return copy;
}

/** Manifest with the id without which Firefox keeps no permission of a temporary add-on. */
export function firefoxManifest(manifest: object): object {
  return {
    ...manifest,
    browser_specific_settings: {
      gecko: {
        ...{ id: 'scooby@localhost', strict_min_version: '128.0' },
        // Firefox asks each extension to say what it sends anywhere.
        data_collection_permissions: { required: ['none'] },
      },
    },
  };
}
