/**
 * Runs the cases of a family: the loop under the agent, its finding, and the code of the advice, which has to give the
 * same rows in one statement. A case is `{ each, once, statements }`.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Frame, Trace } from '../../../src/domain/trace.js';
import { ask, ROOT, runRecorded } from '../../agent/app.js';
import { type ServerName, serverFor } from '../../agent/servers.js';
import { judge } from '../story.js';

const FOLDER = join(ROOT, 'test/fixtures/advice');
const never = 1e9;
const limits = { slow: { sql: never, cache: never, rpc: never, http: never }, blocked: never, saved: never };

/** What the app answered for a case. */
interface Answers {
  source: string;
  /** Statements that the advice takes. */
  statements: number;
  each: unknown;
  once: unknown;
  stateOfEach: unknown;
  stateOfOnce: unknown;
}

/** Runs all cases of a fixture. */
export async function executeAdvice(t: Test, file: string, server: ServerName | ServerName[]): Promise<void> {
  const path = join(FOLDER, file);
  const names = [server].flat();
  const servers = await Promise.all(names.map((name) => serverFor(t, name)));
  const env = {
    FIXTURE: path,
    SERVER: JSON.stringify(
      Array.isArray(server) ? Object.fromEntries(names.map((name, at) => [name, servers[at]])) : servers[0],
    ),
  };
  const answers = new Map<string, Answers>();
  const { traces, stderr, code } = await runRecorded([join(FOLDER, 'app.cjs')], {
    env,
    drive: async (url) => {
      const from = async (form: string) => JSON.parse((await ask(`${url}/${form}`)).body);
      for (const name of await from('names')) answers.set(name, await answersOf(name, from));
      await from('end').catch(() => {});
    },
  });
  t.equal(stderr, '');
  t.equal(code, 0);
  for (const [name, answer] of answers) check(t, name, answer, traces);
}

async function answersOf(name: string, from: (form: string) => Promise<unknown>): Promise<Answers> {
  const source = (await from(`source/${name}`)) as Pick<Answers, 'source' | 'statements'>;
  await from('reset');
  const each = await from(`each/${name}`);
  const stateOfEach = await from('state');
  await from('reset');
  const once = await from(`once/${name}`);
  return { ...source, each, once, stateOfEach, stateOfOnce: await from('state') };
}

function check(t: Test, name: string, answer: Answers, traces: Trace[]): void {
  const ofForm = (form: string) => traces.find(({ url }) => url === `/${form}/${name}`)!;
  const { suggestion = '' } = judge(ofForm('each'), { limits, readLine: lineOf })[0] ?? {};
  t.not(suggestion, '', `${name}: the loop is found`);
  const spans = ofForm('once').spans.filter(
    ({ kind, shape }) => /^(?:sql|cache|rpc)$/.test(kind) && shape.statement?.isControl !== true,
  );
  const executed = [answer.source, ...spans.map((span) => span.name)];
  const code = codeIn(suggestion);
  for (const part of code)
    t.ok(
      executed.some((text) => contains(text, part)),
      `${name}: ${part} is executed; ${suggestion}`,
    );
  t.same(sorted(answer.once), sorted(answer.each), `${name}: the same rows; ${suggestion}`);
  t.same(sorted(answer.stateOfOnce), sorted(answer.stateOfEach), `${name}: the same tables; ${suggestion}`);
  t.equal(spans.length, answer.statements, `${name}: ${spans.map((span) => span.name).join(' | ')}`);
}

function lineOf({ file, line: frameLine }: Frame, line = frameLine): string | undefined {
  return readFileSync(join(ROOT, file), 'utf8').split('\n')[line - 1];
}

/** Parts of a suggestion in backticks that are code and not a name. */
export function codeIn(suggestion: string): string[] {
  return suggestion.split('`').filter((part, at) => at % 2 === 1 && /[^\w\s]/.test(part));
}

// Spaces, line breaks and the formatter's trailing commas do not count; `…` stands for anything.
function contains(source: string, code: string): boolean {
  const plain = (text: string) => text.replaceAll(/,(?=\s*[)\]}])/g, '').replaceAll(/\s+/g, '');
  const parts = code.split('…').map(plain);
  const text = plain(source);
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

function sorted(rows: unknown): unknown {
  return Array.isArray(rows) ? rows.map((row) => JSON.stringify(row)).sort() : rows;
}
