/**
 * Connected processes of the app, as the launcher knows them: their servers, what they are to
 * record, and the ports of all, by which a call from one to another becomes one tree.
 */

import { EventEmitter, once } from 'node:events';
import type {
  AppCertificate,
  LinkLine,
  PeerAddresses,
  Recording,
  ServerAddress,
  ServerSigns,
} from '../domain/link.js';
import type { RecordRules } from '../domain/record-rules.cjs';
import type { AppInfo } from '../domain/trace.js';
import type { AppConnection, LinkListener } from './link-server.js';
import { PeerPorts } from './peer-ports.js';
import { ProfileOrders } from './profile/profile-orders.js';
import { RecordingSwitch } from './recording-switch.js';

/** Events of the connections. */
export interface ConnectionEvents {
  connected: [connection: AppConnection];
  woken: [];
  listen: [address: ServerAddress, app: AppInfo, signs?: ServerSigns];
  /** The app has printed a port. */
  printed: [printed: { port: number; beside?: true }];
  /** Addresses at which the app listens now. */
  servers: [addresses: PeerAddresses];
  unlisten: [address: Pick<ServerAddress, 'port' | 'path'>, app: AppInfo];
  /** A process cannot write its calls. */
  muted: [app: AppInfo];
  /** A process disconnected. */
  left: [app: AppInfo, connection: AppConnection];
}

/** ms that a process has to tell a certificate: its event loop may be blocked. */
const CERTIFICATE_MS = 2000;

/** The processes that are connected now. */
export class AppConnections extends EventEmitter<ConnectionEvents> implements LinkListener {
  readonly #project: string;
  readonly #apps = new Map<AppConnection, AppInfo>();
  readonly #peerPorts = new PeerPorts((own) => this.emit('servers', own));
  /** Process of each server. */
  readonly #servers = new WeakMap<ServerAddress, AppConnection>();
  readonly #certificateWaiters = new Map<string, (certificate: AppCertificate | undefined) => void>();
  /** Decides on each request that the proxy receives. */
  readonly recordingSwitch: RecordingSwitch;
  /** Servers of each process that listen now. */
  readonly #listening = new Map<AppConnection, number>();
  readonly #muted = new WeakSet<AppConnection>();
  /** Profiles of the processes that serve requests. */
  readonly profiles = new ProfileOrders(() =>
    [...this.#listening.keys()].filter((connection) => !this.#muted.has(connection)),
  );
  /**
   * True once `recording` was changed: a process that starts may have read the run's config file
   * before that.
   */
  #wasSwitched = false;

  /** `project` is the folder that files are relative to. */
  constructor(project: string, recording: Recording, rules?: RecordRules) {
    super();
    this.#project = project;
    this.recordingSwitch = new RecordingSwitch(recording, rules);
  }

  connected(connection: AppConnection): void {
    this.#peerPorts.addProcess(connection);
    const { pid, command, node } = connection;
    this.#apps.set(connection, { pid, command, cwd: this.#project, node });
    if (this.#wasSwitched) connection.send({ t: 'record', record: this.recording });
    this.emit('connected', connection);
  }

  woken(): void {
    this.emit('woken');
  }

  /**
   * Certificate of a TLS server; undefined where its process is not connected, or does not say within
   * CERTIFICATE_MS. It is neither kept nor written anywhere.
   */
  async certificateOf(address: ServerAddress): Promise<AppCertificate | undefined> {
    const connection = this.#servers.get(address);
    const at = address.path ?? address.port;
    if (connection === undefined || at === undefined || !this.#apps.has(connection)) return undefined;
    const given = new Promise<AppCertificate | undefined>((resolve) => {
      this.#certificateWaiters.set(`${connection.pid} ${connection.thread} ${at}`, resolve);
      setTimeout(resolve, CERTIFICATE_MS, undefined).unref();
    });
    connection.send({ t: 'certificate', at });
    return given;
  }

  certificateGiven(
    { pid, thread }: AppConnection,
    { t: _, at, ...certificate }: Extract<LinkLine, { t: 'certificate' }>,
  ): void {
    const key = `${pid} ${thread} ${at}`;
    this.#certificateWaiters.get(key)?.(certificate);
    this.#certificateWaiters.delete(key);
  }

  profilingAnswered(connection: AppConnection, answer: Extract<LinkLine, { t: 'profiling' }>): void {
    this.profiles.answered(connection, answer);
  }

  serverOpened(connection: AppConnection, address: ServerAddress, signs?: ServerSigns): void {
    this.#servers.set(address, connection);
    this.#listening.set(connection, (this.#listening.get(connection) ?? 0) + 1);
    this.#peerPorts.addPorts(connection, address);
    this.emit('listen', address, this.#apps.get(connection)!, signs);
  }

  portPrinted(printed: { port: number; beside?: true }): void {
    this.emit('printed', printed);
  }

  serverClosed(connection: AppConnection, address: Pick<ServerAddress, 'port' | 'path'>): void {
    this.#peerPorts.removePort(connection, address);
    const left = (this.#listening.get(connection) ?? 0) - 1;
    if (left > 0) this.#listening.set(connection, left);
    else this.#listening.delete(connection);
    this.emit('unlisten', address, this.#apps.get(connection)!);
  }

  muted(connection: AppConnection): void {
    this.#muted.add(connection);
    this.emit('muted', this.#apps.get(connection)!);
  }

  disconnected(connection: AppConnection): void {
    const app = this.#apps.get(connection)!;
    this.#apps.delete(connection);
    this.#peerPorts.removeProcess(connection);
    this.#listening.delete(connection);
    this.profiles.left(connection);
    this.emit('left', app, connection);
  }

  /** Sets the addresses of other runs' apps: calls of them become one tree, as those of this run's. */
  setSiblings(addresses: PeerAddresses): void {
    this.#peerPorts.setSiblings(addresses);
  }

  /** Connections of all processes and worker threads of the app. */
  get all(): AppConnection[] {
    return [...this.#apps.keys()];
  }

  /** Which requests are recorded; a change applies to requests that begin after it. */
  get recording(): Recording {
    return this.recordingSwitch.mode;
  }

  set recording(record: Recording) {
    this.recordingSwitch.mode = record;
    this.#wasSwitched = true;
    for (const connection of this.all) connection.send({ t: 'record', record });
  }

  /** Waits at most `maxMs` until all processes have disconnected; resolves with whether they have. */
  async waitForDisconnects(maxMs: number): Promise<boolean> {
    const deadline = AbortSignal.timeout(maxMs);
    while (this.#apps.size > 0 && !deadline.aborted) {
      await once(this, 'left', { signal: deadline }).catch(() => {});
    }
    return this.#apps.size === 0;
  }
}
