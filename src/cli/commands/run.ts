/** `scooby run -- <command…>`: the app, the proxy in front of it, and what is told of both while they run. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AppServers } from '../../collector/app-servers.js';
import { SilentExit, UserError } from '../../domain/errors.js';
import type { Recording, ServerAddress } from '../../domain/trace.js';
import type { LaunchListener, LaunchOptions } from '../../launcher/launcher.js';
import { databasePath, projectFolder } from '../../store/location.js';
import { DEFAULT_MAX_SIZE, DEFAULT_TTL_MS, openStore } from '../../store/open.js';
import { capabilitiesOf } from '../../terminal/capabilities.js';
import { styleOf } from '../../terminal/style.js';
import { agentFile } from '../agent-file.js';
import { applyProjectConfig, type ProjectConfig, readProjectConfig } from '../config/project-config.js';
import { durationParser, parsePort, parseSize } from '../config/units.js';
import { Announcer } from '../print/announcer.js';
import { samplingOf } from '../run-metrics.js';
import { colourEnvironment, type RunUi, startRunUi } from '../run-ui.js';

interface Options {
  port?: number;
  host: string;
  upstream?: ServerAddress;
  takePort?: number | true;
  wait: number;
  record: Recording;
  quiet?: boolean;
  db?: string;
  ttl: number;
  maxSize: number;
  allowHost?: string[];
  color: boolean;
  ui?: boolean;
}

const DEFAULT_PORT = 4000;
const WAIT_MS = 10_000;

/** Adds the command to the program. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .description('start an app with the agent inside and a proxy in front, and record what each request does')
    .usage('[options] -- <command…>')
    .argument('<command...>', 'what starts the app')
    .option('-p, --port <port>', 'port of the proxy (default: 4000, or the next free one; 0: any)', parsePort)
    .option('--host <host>', 'address of the proxy', '127.0.0.1')
    .option(
      '--take-port [port]',
      "give the app's own port to the proxy, and another one to the app",
      parsePort,
    )
    .option('--upstream <url>', 'where the app listens, when it is not to be found out', parseAddress)
    .addOption(
      duration('--wait <time>', 'how long a request waits for the app to listen', 's', WAIT_MS, '10s'),
    )
    .addOption(
      new Option('--record <which>', 'which requests; marked: those with X-Scooby-Record: 1')
        .choices(['all', 'marked', 'off'])
        .default('all'),
    )
    .option('--ui', "the browser and the app's output in this terminal, instead of lines")
    .option('-q, --quiet', 'no line for each request')
    .option('--db <file>', 'database to record to (default: SCOOBY_DB, or one for each project)')
    .addOption(duration('--ttl <time>', 'how long requests are kept', 'h', DEFAULT_TTL_MS, '24h'))
    .addOption(
      new Option('--max-size <size>', 'how large the database may become')
        .argParser(parseSize)
        .default(DEFAULT_MAX_SIZE, '512MB'),
    )
    .option('--allow-host <host...>', 'host names, besides localhost, that may read recorded requests')
    .option('--no-color', 'no colours')
    .addHelpText(
      'after',
      `
Examples:
  scooby run -- npm run dev                      open the URL that it prints
  scooby run --take-port -- npm start            the browser's URL does not change
  scooby run --record marked -- node app.js      only requests with X-Scooby-Record: 1
  scooby run --port 8080 --quiet -- node app.js
  scooby run --ui -- npm start                   browse the requests here; O shows what the app prints, q ends both

What a project always wants may stand in scooby.config.json: docs/config.md.

Exit codes:
  those of the command; 128+n when signal n ended it; 127 when there is no such command; 2 when the port is taken`,
    )
    .passThroughOptions()
    .action(async (words: string[], _: Options, command: Command) => {
      const config = readProjectConfig(process.cwd());
      applyProjectConfig(command, config);
      const code = await run(words, command.opts(), config);
      if (code !== 0) throw new SilentExit(code);
    });
}

function duration(flags: string, description: string, unit: 's' | 'h', value: number, words: string): Option {
  return new Option(flags, description).argParser(durationParser(unit)).default(value, words);
}

async function run(command: string[], options: Options, config: ProjectConfig): Promise<number> {
  const cwd = process.cwd();
  const takePort = takenPort(options.takePort);
  const place = placeOf(options, takePort);
  // What starts an app is most of this program, and the other commands do without it.
  const [{ launch }, { AppServers }] = await Promise.all([
    import('../../launcher/launcher.js'),
    import('../../collector/app-servers.js'),
  ]);
  const { db, ttl, maxSize } = options;
  const warnings: string[] = [];
  const store = await openStore({ db, cwd, ttl, maxSize, ...samplingOf(command) }, (message) =>
    warnings.push(message),
  );
  const { audience, terminal } = audienceOf(command, options, store.place, new AppServers());
  for (const warning of warnings) audience.warn(warning);
  try {
    const exit = await launch(
      {
        ...launchOf(command, options, config),
        store,
        place,
        ...(takePort !== undefined && { takePort }),
        ...(terminal && { env: colourEnvironment(process.env, options.color), stage: terminal }),
      },
      audience,
    );
    if (exit.trouble !== undefined) throw new UserError(exit.trouble, exit.code);
    return exit.code;
  } finally {
    await terminal?.close();
    store.close();
  }
}

/** What is told of the run: the screen of `--ui`, where there can be one, else the lines on stderr. */
function audienceOf(
  command: string[],
  { quiet = false, color, ui, db }: Options,
  place: string,
  servers: AppServers,
): { audience: LaunchListener; terminal?: RunUi | undefined } {
  const write = (text: string) => void process.stderr.write(text);
  const style = styleOf(capabilitiesOf(process.stderr, process.env, { color }));
  const about = { command, servers, place, quiet, style, write };
  const announcer = new Announcer(about);
  if (!ui) return { audience: announcer };
  const database = databasePath(db, process.cwd());
  const terminal = startRunUi({ ...about, database, announcer, colour: color });
  return { audience: terminal ?? announcer, terminal };
}

/** The part of a launch that flags and configuration decide. */
function launchOf(
  command: string[],
  { record, wait, upstream, allowHost, db }: Options,
  { ignore, limits }: ProjectConfig,
): Omit<LaunchOptions, 'store' | 'place'> {
  const cwd = process.cwd();
  return {
    command,
    env: process.env,
    project: projectFolder(cwd),
    agent: agentFile(),
    judging: { ignore, limits },
    record,
    wait,
    database: databasePath(db, cwd),
    ...(upstream !== undefined && { upstream }),
    ...(allowHost && { allowHosts: allowHost }),
  };
}

/** Answers the port to move the app off: 0 stands for the one that it asks for, which PORT often tells. */
function takenPort(option: number | true | undefined): number | undefined {
  if (option !== true) return option;
  return /^[1-9]\d{0,4}$/.test(process.env.PORT ?? '') ? Number(process.env.PORT) : 0;
}

function placeOf({ host, port }: Options, takePort: number | undefined): LaunchOptions['place'] {
  if (takePort !== undefined) {
    if (port !== undefined)
      throw new UserError('--take-port and --port both say where the proxy listens; leave one out.');
    return { host, exactPort: true, ...(takePort > 0 && { port: takePort }) };
  }
  return port === undefined
    ? { host, port: DEFAULT_PORT, exactPort: false }
    : { host, port, exactPort: true };
}

/** Answers the address in `3000`, `localhost:3000`, `https://localhost:3000` or `unix:/tmp/app.sock`. */
function parseAddress(text: string): ServerAddress {
  if (text.startsWith('unix:')) return { protocol: 'http', path: text.slice(5) };
  const url = /^\d+$/.test(text)
    ? `http://localhost:${text}`
    : text.includes('://')
      ? text
      : `http://${text}`;
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new InvalidArgumentError('Write a URL such as http://localhost:3000, or unix:/path.');
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  return { protocol: secure ? 'https' : 'http', host: hostname, port: Number(port || (secure ? 443 : 80)) };
}
