/**
 * `scooby run -- <command…>`: starts the app with the agent inside and the proxy in front, and
 * reports its requests.
 */

import { type Command, Option } from 'commander';
import type { AppServers } from '../../collector/app-servers.js';
import { SilentExit, UserError } from '../../domain/errors.js';
import { setRedaction } from '../../domain/redaction.cjs';
import type { LaunchListener } from '../../launcher/launch-options.js';
import { databasePath, projectFolder } from '../../store/location.js';
import type { SharedStore } from '../../store/open.js';
import { capabilitiesOf } from '../../terminal/capabilities.js';
import { styleOf } from '../../terminal/style.js';
import type { PageHost } from '../../web/server/page-host.js';
import { agentFile } from '../agent-file.js';
import { readLatencies } from '../config/latencies.js';
import { type ProjectConfig, readProjectConfig } from '../config/project-config.js';
import { applyProjectConfig } from '../config/run-options.js';
import { collectPattern, durationParser, parsePort, parseShare, parseSize } from '../config/units.js';
import {
  launchOptions,
  listenOptions,
  namedPorts,
  parseAddress,
  parseTakePort,
  type RunOptions,
  rulesOf,
} from '../launch-flags.js';
import { otlpSettings, parseOtlpUrl } from '../otlp-settings.js';
import { makeOutputOptional } from '../output-errors.js';
import { Announcer } from '../print/announcer.js';
import { delayNote, recordingNote } from '../print/recording.js';
import { newRun } from '../run-metrics.js';
import { openRunPage, pageOfRun } from '../run-page.js';
import { colourEnvironment, type RunUi, startRunUi } from '../run-ui.js';
import { sharedStoreOf } from '../select/shared-store.js';
import { STORE_OPTION } from '../select/store-options.js';

const WAIT_MS = 10_000;
/** Port of OTLP over HTTP. */
const OTLP_PORT = 4318;

const HELP = `
Examples:
  scooby run -- npm run dev                      then open the URL that it prints
  scooby run --take-port -- npm start            the app's URL does not change
  scooby run --record marked -- node app.js      record only requests with X-Scooby-Record: 1, the cookie scooby=1,
                                                 or ?__scooby=1; scooby on, scooby off, scooby mark switch it
  scooby run --sample 1/100 --exclude /health -- node app.js
  scooby run --port 8080 --quiet -- node app.js
  scooby run --ui -- npm start                   browse the requests here; O shows the app's output, q ends both

Defaults of a project belong in scooby.config.json: docs/config.md.

Environment:
  SCOOBY_TOKEN  with --host: other machines read recorded requests with "Authorization: Bearer <token>" only

Exit codes:
  that of the command; 128+n when signal n ended it; 0 when q in --ui ended it; 127 when there is no such command;
  126 when it may not be run; 2 when the port is taken`;

/** Adds the command to the program. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .description('start an app with the agent inside and a proxy in front, and record its requests')
    .usage('[options] -- <command…>')
    .argument('<command...>', 'command that starts the app')
    .option(
      '-p, --port <port>',
      'port of the proxy (default: 4000, or the next free one; 0: any free port)',
      parsePort,
    )
    .option('--host <host>', 'address of the proxy', '127.0.0.1')
    .option('--take-port [port]', "listen on the app's own port, and move the app to a free one", parsePort)
    .option('--upstream <url>', 'address of the app, when scooby should not detect it', parseAddress)
    .addOption(duration('--wait <time>', 'how long requests wait for the app to listen', 's', WAIT_MS, '10s'))
    .addOption(
      new Option('--record <which>', 'requests to record; marked: those with X-Scooby-Record: 1')
        .choices(['all', 'marked', 'off'])
        .default('all'),
    )
    .option('--sample <share>', 'record a share of the requests: 1/100 or 1%; marked ones always', parseShare)
    .option(
      '--exclude <path>',
      'never record these paths: /health, /admin/, .png; repeatable',
      collectPattern,
    )
    .option(
      '--include <path>',
      "record these also where they make no calls, as files and health checks; '*': all; repeatable",
      collectPattern,
    )
    .addOption(
      new Option(
        '--delay <times>',
        'really delay the answers to the app, by kind or library: sql=2ms,cache=1ms,pg=5ms (default: none)',
      ).argParser(readLatencies),
    )
    .option('--badge', 'add a mark with time, queries and findings to HTML pages: docs/badge.md')
    .option('--no-server-timing', 'add neither Server-Timing nor X-Scooby-Overhead to responses')
    .option('--ui', "show the browser and the app's output in this terminal, instead of lines")
    .option(
      '--page-port <port>',
      'port of the page in the web browser (default: 4870, or the next free one)',
      parsePort,
    )
    .option('--no-page', 'serve no page')
    .option('-q, --quiet', 'print no line per request, nor per server that listens later')
    .option('--db <file>', 'database to record to (default: SCOOBY_DB, else one per project)')
    .option('--store <url>', STORE_OPTION)
    .option('--params', 'store the values of calls in a shared store, too, which others read')
    .addOption(
      new Option(
        '--ttl <time>',
        'how long requests are stored (default: 24h, in a shared store 10m)',
      ).argParser(durationParser('h')),
    )
    .addOption(
      new Option(
        '--max-size <size>',
        'maximum size of what is stored (default: 512MB, in a shared store 128MB)',
      ).argParser(parseSize),
    )
    .option(
      '--allow-host <host...>',
      'host names, besides localhost, under which recorded requests can be read',
    )
    .option(
      '--otlp [url]',
      'also send requests to an OpenTelemetry collector (default: the OTEL_EXPORTER_OTLP_ variables, else http://localhost:4318)',
      parseOtlpUrl,
    )
    .option('--otlp-parent', "with --otlp: hang the spans of the app's own OpenTelemetry below scooby's")
    .option(
      '--otlp-listen [port]',
      'take spans that instrumented services send to a collector (default: 4318)',
      parsePort,
    )
    .option('--show-secrets', 'record passwords, tokens and the like as they are')
    .option('--no-color', 'no colours (also: NO_COLOR=1)')
    .addHelpText('after', HELP)
    .passThroughOptions()
    .action(async (words: string[], _: RunOptions, command: Command) => {
      const config = readProjectConfig(process.cwd());
      applyProjectConfig(command, config);
      if (command.opts().showSecrets) config.redact = { ...config.redact, isOff: true };
      if (config.redact !== undefined) setRedaction(config.redact);
      const options: RunOptions = command.opts();
      const shared = sharedStoreOf(options, process.cwd(), () => config.run.store);
      const page = await openRunPage(words, options, shared);
      try {
        const code = await run(words, options, config, { shared, page });
        if (code !== 0) throw new SilentExit(code);
      } finally {
        page?.close();
      }
    });
}

function duration(flags: string, description: string, unit: 's' | 'h', value: number, words: string): Option {
  return new Option(flags, description).argParser(durationParser(unit)).default(value, words);
}

/** What a run has besides its flags. */
interface RunParts {
  shared: SharedStore | undefined;
  page: PageHost | undefined;
}

async function run(
  command: string[],
  options: RunOptions,
  config: ProjectConfig,
  { shared, page }: RunParts,
): Promise<number> {
  makeOutputOptional();
  const cwd = process.cwd();
  const takePort = parseTakePort(options.takePort);
  const place = listenOptions(options, takePort);
  // Loaded on demand: the launcher is most of this program, and the other commands start sooner
  // without it.
  const [{ launch }, { AppServers }, { CollectorClient }] = await Promise.all([
    import('../../launcher/launcher.js'),
    import('../../collector/app-servers.js'),
    import('../../collector/collector-client.js'),
  ]);
  const { db, ttl, maxSize, quiet, params = false } = options;
  const { ignore, limits, packages } = config;
  const { collector, warnings, otlpUrl } = await CollectorClient.open({
    project: projectFolder(cwd),
    ...(packages && { packages }),
    agent: agentFile(),
    judgeOptions: { ignore, limits },
    store: { db, cwd, ttl, maxSize, ...(shared && { shared: { ...shared, keepsValues: params } }) },
    run: newRun(command),
    reports: quiet ? 'none' : 'requests',
    ...(options.delay && { delay: options.delay }),
    ...(options.otlp !== undefined && { otlp: otlpSettings(options.otlp, cwd, process.env) }),
    ...(options.otlpListen !== undefined && {
      otlpPort: options.otlpListen === true ? OTLP_PORT : options.otlpListen,
    }),
  });
  const flags = launchOptions(command, options, config);
  const { listener, runUi } = listenerOf(
    command,
    options,
    collector.place,
    new AppServers({ upstream: options.upstream, ports: namedPorts(command, takePort) }),
    { shared, page },
  );
  page?.onTrouble((message) => listener.warn(message));
  for (const warning of warnings) listener.warn(warning);
  if (otlpUrl !== undefined) listener.notify(`spans of OpenTelemetry are taken at ${otlpUrl}`);
  try {
    const exit = await launch(
      {
        ...flags,
        collector,
        listenAt: place,
        ...(takePort !== undefined && { takePort }),
        ...(page && { page: pageOfRun(page) }),
        ...(runUi && { env: colourEnvironment(flags.env, options.color), sink: runUi }),
      },
      listener,
    );
    if (exit.trouble !== undefined) throw new UserError(exit.trouble, exit.code);
    return runUi?.exitCode(exit.code) ?? exit.code;
  } finally {
    await runUi?.close();
    await collector.finish();
  }
}

/**
 * Listener of the launch: the screen of `--ui` when one can be shown, else an announcer that writes
 * lines to stderr.
 */
function listenerOf(
  command: string[],
  options: RunOptions,
  place: string,
  servers: AppServers,
  { shared, page }: RunParts,
): { listener: LaunchListener; runUi?: RunUi | undefined } {
  const { quiet = false, color, ui, db, record } = options;
  const write = (text: string) => void process.stderr.write(text);
  const style = styleOf(capabilitiesOf(process.stderr, process.env, { color }));
  const recording = [recordingNote(record, rulesOf(options)), delayNote(options.delay)]
    .filter((note) => note !== undefined)
    .join('; ');
  // A token is not for logs.
  const link = process.stderr.isTTY ? page?.link() : undefined;
  const announcerOptions = {
    ...{ command, servers, place, quiet, style, write, page: link },
    recording: recording === '' ? undefined : recording,
  };
  const announcer = new Announcer(announcerOptions);
  if (!ui) return { listener: announcer };
  const database = databasePath(db, process.cwd());
  // The screen reads the same store; its URL is not for the arguments, which ps shows.
  if (shared !== undefined) process.env.SCOOBY_STORE = shared.url;
  const isReadable = shared !== undefined || place === database;
  const runUi = startRunUi({ ...announcerOptions, database, isReadable, announcer, colour: color });
  return { listener: runUi ?? announcer, runUi };
}
