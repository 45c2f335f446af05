/** Settings of `scooby run --otlp`: where finished requests go, and under which name. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { OtlpSettings } from '../export/otlp-sender.js';
import { scoobyVersion } from './version.js';

/** Parser of the option's URL; throws an InvalidArgumentError for what is none. */
export function parseOtlpUrl(text: string): string {
  const url = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new InvalidArgumentError('Write the URL of a collector, such as http://localhost:4318');
}

/** Settings for an app that is started in `cwd`: named by OTEL_SERVICE_NAME, its package, or its folder. */
export function otlpSettings(url: string | true, cwd: string, env: NodeJS.ProcessEnv): OtlpSettings {
  return {
    ...(url !== true && { url }),
    service: env.OTEL_SERVICE_NAME || packageName(cwd) || basename(cwd) || 'app',
    version: scoobyVersion(),
  };
}

/** Name in the nearest package.json; undefined where there is none. */
function packageName(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    try {
      const { name } = JSON.parse(readFileSync(file, 'utf8'));
      return typeof name === 'string' && name !== '' ? name : undefined;
    } catch {
      return undefined;
    }
  }
  return folder === dirname(folder) ? undefined : packageName(dirname(folder));
}
