/** `scooby run -- <command…>`: the app, the proxy in front of it, and what is told of both while they run. */

import type { Command } from 'commander';
import { UserError } from '../errors.js';
import { type Launch, launch } from '../proxy/launcher.js';
import { Servers } from '../proxy/servers.js';
import { openStore } from '../store/open.js';
import { projectFolder } from '../store/place.js';
import type { Address, Recording } from '../trace.js';
import { agentFile } from './agent-file.js';
import { Announcer } from './announcer.js';
import { parseDuration, parseNumber, parseSize } from './units.js';

interface Options {
  port?: string;
  host: string;
  upstream?: string;
  takePort?: string | true;
  wait: string;
  record: string;
  quiet?: boolean;
  db?: string;
  ttl: string;
  maxSize: string;
  allowHost?: string[];
}

const DEFAULT_PORT = 4000;
const EXAMPLES = `
Examples:
  $ scooby run -- npm run dev
  $ scooby run --port 8080 -- node --inspect app.js
  $ scooby run --take-port -- npm start          the browser's URL does not change
  $ scooby run --record marked -- node app.js    only requests with X-Scooby-Record: 1

Exit codes: those of the command; 128+n when signal n ended it; 127 when there is no such command;
2 when an option is wrong or the port is taken.`;

/** Adds the command to the program; `exit` is told the code that the program is to end with. */
export function addRun(program: Command, exit: (code: number) => void): void {
  program
    .command('run')
    .description('start an app with the agent inside and a proxy in front, and record what each request does')
    .argument('<command...>', 'the command that starts the app, after --')
    .option('-p, --port <port>', 'port of the proxy (default: 4000, or the next free one; 0: any)')
    .option('--host <host>', 'address of the proxy', '127.0.0.1')
    .option('--take-port [port]', "give the app's own port to the proxy, and another one to the app")
    .option('--upstream <url>', 'where the app listens, when it is not to be found out')
    .option('--wait <time>', 'how long a request waits for the app to listen', '10s')
    .option('--record <which>', 'which requests: all, marked (with X-Scooby-Record: 1) or off', 'all')
    .option('-q, --quiet', 'no line for each request')
    .option('--db <file>', 'database to record to (default: SCOOBY_DB, or one for each project)')
    .option('--ttl <time>', 'how long requests are kept', '24h')
    .option('--max-size <size>', 'how large the database may become', '512mb')
    .option('--allow-host <host...>', 'host names, besides localhost, that may read recorded requests')
    .addHelpText('after', EXAMPLES)
    .passThroughOptions()
    .action(async (command: string[], options: Options) => exit(await run(command, options)));
}

async function run(command: string[], options: Options): Promise<number> {
  const cwd = process.cwd();
  const takePort = takenPort(options.takePort);
  const place = placeOf(options, takePort);
  const upstream = options.upstream === undefined ? undefined : addressOf(options.upstream);
  const record = recordingOf(options.record);
  const wait = parseDuration(options.wait, '--wait', 's');
  const ttl = parseDuration(options.ttl, '--ttl', 'h');
  const maxSize = parseSize(options.maxSize, '--max-size');

  const warnings: string[] = [];
  const store = await openStore({ db: options.db, cwd, ttl, maxSize }, (message) => warnings.push(message));
  const write = (text: string) => void process.stderr.write(text);
  const about = { command, servers: new Servers(), place: store.place, quiet: options.quiet === true, write };
  const announcer = new Announcer(about);
  for (const warning of warnings) announcer.warn(warning);
  try {
    const exit = await launch(
      {
        ...{ command, env: process.env, project: projectFolder(cwd), agent: agentFile() },
        ...{ record, store, place, wait, judge: () => [] },
        ...(takePort !== undefined && { takePort }),
        ...(upstream !== undefined && { upstream }),
        ...(options.allowHost && { allowHosts: options.allowHost }),
      },
      announcer,
    );
    if (exit.trouble !== undefined) throw new UserError(exit.trouble, exit.code);
    return exit.code;
  } finally {
    store.close();
  }
}

function recordingOf(text: string): Recording {
  if (text === 'all' || text === 'marked' || text === 'off') return text;
  throw new UserError(`--record wants all, marked or off, not "${text}".`);
}

/** Answers the port to move the app off: 0 stands for the one that it asks for, which PORT often tells. */
function takenPort(option: string | true | undefined): number | undefined {
  if (option === undefined) return undefined;
  if (option !== true) return parseNumber(option, '--take-port', 1, 65_535);
  return /^[1-9]\d{0,4}$/.test(process.env.PORT ?? '') ? Number(process.env.PORT) : 0;
}

function placeOf({ host, port }: Options, takePort: number | undefined): Launch['place'] {
  if (takePort !== undefined) {
    if (port !== undefined)
      throw new UserError('--take-port and --port both say where the proxy listens; leave one out.');
    return { host, exactPort: true, ...(takePort > 0 && { port: takePort }) };
  }
  if (port === undefined) return { host, port: DEFAULT_PORT, exactPort: false };
  return { host, port: parseNumber(port, '--port', 0, 65_535), exactPort: true };
}

/** Answers the address in `3000`, `localhost:3000`, `https://localhost:3000` or `unix:/tmp/app.sock`. */
function addressOf(text: string): Address {
  if (text.startsWith('unix:')) return { protocol: 'http', path: text.slice(5) };
  const url = /^\d+$/.test(text)
    ? `http://localhost:${text}`
    : text.includes('://')
      ? text
      : `http://${text}`;
  try {
    const { protocol, hostname, port } = new URL(url);
    if (protocol !== 'http:' && protocol !== 'https:') throw new Error('neither http nor https');
    const secure = protocol === 'https:';
    return { protocol: secure ? 'https' : 'http', host: hostname, port: Number(port || (secure ? 443 : 80)) };
  } catch {
    throw new UserError(
      `--upstream wants a URL such as http://localhost:3000, or unix:/path, not "${text}".`,
    );
  }
}
