/** The collector with its reader of lines and its store, behind messages of the launcher's thread. */

import type { RequestLoss } from '../domain/losses.js';
import { terminalSafeJson } from '../domain/text.js';
import type { FinishedRequest, Span, Trace } from '../domain/trace.js';
import { OtlpSender } from '../export/otlp-sender.js';
import { describeStored } from '../insight/calls/describe.js';
import { finishTrace } from '../insight/judge.js';
import { type RequestFacts, requestFactsAway, requestFactsOf } from '../insight/metrics/request-facts.js';
import { samplesOf } from '../insight/metrics/samples.js';
import { GrowthBook } from '../insight/patterns/growth.js';
import { RunLoad } from '../insight/patterns/run-load.js';
import { UsualTimes } from '../insight/patterns/usual-times.js';
import { publicOutline, publicTrace } from '../store/json.js';
import { openStore } from '../store/open.js';
import type { Store } from '../store/store.js';
import { readStore } from '../store/store-reads.js';
import { Collector } from './collector.js';
import type {
  CallReference,
  CollectorSettings,
  ExchangeReportItem,
  FromCollector,
  ToCollector,
} from './collector-messages.js';
import { isLearned, LearnedLines } from './learned-lines.js';
import type { AppIdentity } from './link-server.js';
import { OtlpReceiver } from './otlp-receiver.js';
import { recoverAndRemove } from './recover-run.js';
import { Spools } from './spools.js';
import { TraceWriter } from './trace-writer.js';

// The queue of the trace writer waits for a lock; meanwhile lines are read.
const LOCK_MS = 25;
/** ms between two reports of how far the lines are read. */
const POSITIONS_MS = 250;
/** ms that a search waits for a request that is about to be finished. */
const FIND_MS = 1000;

type Post = (message: FromCollector) => void;

/** Opens a store and serves the launcher's messages, by `receive`, until `finish`. */
export class CollectorService {
  readonly #post: Post;
  readonly #settings: CollectorSettings;
  readonly #store: Store;
  readonly #writer: TraceWriter;
  readonly #collector: Collector;
  readonly #otlp: OtlpSender | undefined;
  #receiver: OtlpReceiver | undefined;
  readonly #spools: Spools<AppIdentity>;
  readonly #processes = new Map<number, AppIdentity>();
  readonly #numbers = new Map<AppIdentity, number>();
  readonly #learned = new Map<AppIdentity, LearnedLines>();
  #settled: Extract<FromCollector, { t: 'settled' }> | undefined;
  #positionsAt = 0;
  readonly #recovering = new Set<Promise<void>>();

  /** Opens the store and says where it is; rejects when neither a file nor memory can be used. */
  static async open(settings: CollectorSettings, post: Post): Promise<CollectorService> {
    const warnings: string[] = [];
    let warn = (message: string): void => void warnings.push(message);
    const { store: place, run } = settings;
    let emptied = (): void => {};
    const sampling = { samplesOf, run, describe: describeStored, emptied: () => emptied() };
    const store = await openStore({ ...place, lockTimeout: LOCK_MS, ...sampling }, (message) =>
      warn(message),
    );
    warn = (message) => post({ t: 'warn', message });
    const kept = store.local === undefined ? 'file' : store.local === store ? 'memory' : 'shared';
    const service = new CollectorService(settings, store, post);
    emptied = () => service.#collector.forgetSavedSources();
    const otlpUrl = await service.#receiveSpans((message) => warnings.push(message));
    post({ t: 'ready', place: store.place, kept, warnings, ...(otlpUrl !== undefined && { otlpUrl }) });
    return service;
  }

  private constructor(settings: CollectorSettings, store: Store, post: Post) {
    this.#settings = settings;
    this.#store = store;
    this.#post = post;
    const { project, packages, agent, judgeOptions, reports, delay } = settings;
    const growth = new GrowthBook();
    const times = new UsualTimes();
    const load = new RunLoad(() => this.#collector.openRequests);
    const consequence = reports === 'facts' ? 'requests are judged, but cannot be shown later' : undefined;
    this.#writer = new TraceWriter(store, (message) => post({ t: 'warn', message }), consequence);
    if (settings.otlp !== undefined)
      this.#otlp = new OtlpSender(settings.otlp, (message) => post({ t: 'warn', message }));
    this.#collector = new Collector({
      project,
      ...(packages && { packages }),
      agent,
      saveSource: (source) => this.#writer.writeSource(source),
      finish: (trace, readLine) => {
        if (delay !== undefined) trace.delayed = delay;
        return finishTrace(trace, readLine, { ...judgeOptions, growth, times, load });
      },
    });
    this.#spools = new Spools<AppIdentity>({
      lineReceived: (process, line) => {
        if (isLearned(line)) this.#learned.get(process)?.add(line);
        this.#collector.lineReceived(process, line);
      },
      lineLost: (process, text) => this.#collector.lineLost(process, text),
      awaitsLines: () => this.#collector.awaitsLines(),
    });
    this.#spools.start();
    this.#forwardEvents();
  }

  /** Takes spans of OpenTelemetry, where that is wanted; resolves with the URL. */
  async #receiveSpans(warn: (message: string) => void): Promise<string | undefined> {
    const { otlpPort, project, judgeOptions } = this.#settings;
    if (otlpPort === undefined) return undefined;
    try {
      this.#receiver = await OtlpReceiver.open(otlpPort, project, (trace, isAgain) =>
        this.#keep(
          finishTrace(trace, () => undefined, judgeOptions),
          isAgain,
        ),
      );
      return this.#receiver.url;
    } catch (error) {
      warn(`spans of OpenTelemetry are not taken at port ${otlpPort}: ${(error as Error).message}`);
      return undefined;
    }
  }

  receive(message: ToCollector): void {
    switch (message.t) {
      case 'exchanges':
        for (const item of message.items) this.#report(item);
        return this.#postPositions();
      case 'connected':
        return this.#connected(message);
      case 'woken':
        return this.#spools.readSoon();
      case 'disconnected':
        return this.#disconnected(message.n);
      case 'find':
        return void this.#findOrExplain(message, performance.now() + FIND_MS);
      case 'read-store':
        return void this.#readStore(message);
      case 'addUp':
        return this.#post({
          t: 'found',
          n: message.n,
          added: this.#collector.addUpProfiles(message.ids, message.kind),
        });
      case 'recover':
        return void this.#recover(message);
      case 'ping':
        this.#postPositions();
        return this.#post({ t: 'pong' });
      case 'finish':
        return void this.#finish(message.losses);
    }
  }

  #forwardEvents(): void {
    const { reports, latencies } = this.#settings;
    this.#collector
      .on('linesExpected', () => this.#spools.readSoon())
      .on('library', (library) => this.#post({ t: 'library', library }))
      .on('lost', (process) => this.#post({ t: 'lost', n: this.#numbers.get(process)! }))
      .on('answer', (answer, process) => this.#post({ t: 'answer', n: this.#numbers.get(process)!, answer }))
      .on('wanted', (id) => this.#post({ t: 'wanted', id }))
      .on('leftOut', (id) => {
        const batch = this.#batch();
        batch.ids.push(id);
        batch.leftOut++;
      })
      .on('trace', (trace, late) => {
        if (reports === 'facts' && !trace.outside)
          this.#batch().facts.push(
            latencies === undefined ? requestFactsOf(trace) : requestFactsAway(trace, latencies),
          );
        this.#otlp?.add(trace);
        this.#keep(trace, late);
      });
  }

  /** `isAgain`: it has been kept before, and is settled. */
  #keep(trace: Trace, isAgain: boolean | undefined): void {
    this.#writer.write(trace, isAgain ? undefined : () => this.#settle(trace));
  }

  #report(item: ExchangeReportItem): void {
    try {
      if ('start' in item) this.#collector.requestStarted(item.start, item.isResent);
      else this.#collector.requestEnded(item.end);
    } catch (error) {
      const { id } = 'start' in item ? item.start : item.end;
      this.#post({ t: 'warn', message: `request ${id} could not be recorded (${(error as Error).message})` });
      this.#store.noteLoss({ requests: 1, reason: 'they could not be recorded' });
      this.#batch().ids.push(id);
    }
  }

  #connected({ n, process, folder, resume }: Extract<ToCollector, { t: 'connected' }>): void {
    const name = `${process.pid}-${process.thread}`;
    this.#processes.set(n, process);
    this.#numbers.set(process, n);
    this.#collector.connected(process);
    const learned = new LearnedLines(folder, name);
    if (resume === undefined) learned.begin(process);
    // What has failed a collector before may be among them, too.
    if (resume !== undefined && resume !== 'end') this.#replay(process, learned);
    this.#learned.set(process, learned);
    this.#spools.add(process, folder, name, resume);
    this.#spools.readAll();
  }

  #replay(process: AppIdentity, learned: LearnedLines): void {
    for (const line of learned.read()) {
      try {
        this.#collector.lineReceived(process, line);
      } catch {
        // It was of no use to the collector before, either.
      }
    }
  }

  #disconnected(n: number): void {
    const process = this.#processes.get(n);
    if (process === undefined) return;
    this.#spools.remove(process);
    this.#collector.disconnected(process);
    this.#processes.delete(n);
    this.#numbers.delete(process);
    this.#learned.delete(process);
    this.#post({ t: 'left', n });
  }

  /** Saves what a killed launcher had not, and removes its folder; while the store fails, neither. */
  #recover({ folder, facts }: Extract<ToCollector, { t: 'recover' }>): Promise<void> {
    const { agent, store } = this.#settings;
    const { ttl, maxSize } = store;
    const work = recoverAndRemove({ folder, facts, agent, ttl, maxSize }).then((message) => {
      this.#recovering.delete(work);
      if (message !== '') this.#post({ t: 'warn', message });
    });
    this.#recovering.add(work);
    return work;
  }

  async #findOrExplain(search: Extract<ToCollector, { t: 'find' }>, until: number): Promise<void> {
    try {
      await this.#find(search, until);
    } catch (error) {
      this.#post({ t: 'found', n: search.n, trouble: (error as Error).message });
    }
  }

  async #find(search: Extract<ToCollector, { t: 'find' }>, until: number): Promise<void> {
    const { n, id, calls, isOutline } = search;
    const wasComing = this.#collector.isFinishing(id) && performance.now() < until;
    const trace = await this.#writer.find(id);
    if (trace !== undefined && calls === undefined) {
      const document = isOutline ? publicOutline(trace) : publicTrace(trace);
      return this.#post({ t: 'found', n, json: `${terminalSafeJson(document)}\n` });
    }
    const found = calls?.flatMap((call) => (trace && callOf(trace, call)) ?? []) ?? [];
    if (found.length > 0 && found.length === calls?.length)
      return this.#post({ t: 'found', n, calls: { trace: { ...trace!, spans: [] }, spans: found } });
    if (trace !== undefined || !wasComing) return this.#post({ t: 'found', n });
    // It may have been finished while the store was asked.
    if (!this.#collector.isFinishing(id)) return this.#find(search, until);
    this.#collector.once('trace', () => void this.#findOrExplain(search, until));
  }

  async #readStore({ n, name, args }: Extract<ToCollector, { t: 'read-store' }>): Promise<void> {
    try {
      if (this.#store.local === undefined) throw new Error(`the requests are stored in ${this.#store.place}`);
      const json = JSON.stringify(await readStore(this.#store.local, name, args));
      this.#post({ t: 'read-result', n, ...(json !== undefined && { json }) });
    } catch (error) {
      this.#post({ t: 'read-result', n, trouble: (error as Error).message });
    }
  }

  #settle(trace: Trace): void {
    const batch = this.#batch();
    batch.ids.push(trace.id);
    if (this.#settings.reports === 'requests') batch.requests.push(finishedRequestOf(trace));
  }

  /** What is posted after the current task: a write to the store settles many requests. */
  #batch(): Extract<FromCollector, { t: 'settled' }> {
    if (this.#settled !== undefined) return this.#settled;
    queueMicrotask(() => {
      this.#post(this.#settled!);
      this.#settled = undefined;
    });
    return (this.#settled = {
      t: 'settled',
      ids: [],
      requests: [] as FinishedRequest[],
      facts: [] as RequestFacts[],
      leftOut: 0,
    });
  }

  #postPositions(): void {
    const now = performance.now();
    if (now - this.#positionsAt < POSITIONS_MS) return;
    this.#positionsAt = now;
    const positions = this.#spools
      .positions()
      .map(([process, position]) => [this.#numbers.get(process)!, position] as [number, typeof position]);
    this.#post({ t: 'read', positions });
  }

  async #finish(losses: RequestLoss[]): Promise<void> {
    for (const loss of losses) this.#store.noteLoss(loss);
    await this.#spools.readRest();
    this.#spools.close();
    this.#collector.finishAll();
    this.#receiver?.close();
    await this.#writer.close();
    this.#store.close();
    await this.#otlp?.close();
    // Last, as what another run has left is found again.
    await Promise.all(this.#recovering);
    // After the last batch, which a microtask posts.
    queueMicrotask(() => this.#post({ t: 'finished' }));
  }
}

function finishedRequestOf({
  method,
  url,
  status,
  state,
  aborted,
  duration,
  totals,
  outside,
  dropped,
  findings,
}: Trace): FinishedRequest {
  return {
    ...{ method, url, state, totals },
    ...(status !== undefined && { status }),
    ...(aborted !== undefined && { aborted }),
    ...(duration !== undefined && { duration }),
    ...(outside !== undefined && { outside }),
    ...(dropped !== undefined && { dropped }),
    findings: findings.map(({ kind, severity, win }) => ({
      kind,
      severity,
      ...(win !== undefined && { win }),
    })),
  };
}

/** The call that is meant: the trace may have got others since its reader saw it. */
function callOf({ spans }: Trace, { span, start }: CallReference): Span | undefined {
  const call = spans[span];
  return call?.start === start ? call : spans.find((each) => each.start === start);
}
