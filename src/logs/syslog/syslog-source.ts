/**
 * Log lines that arrive as syslog messages, by UDP and TCP.
 *
 * Syslog has no acknowledgement: a sender does not know what was received. So memory is bounded by what each transport allows:
 * while the queue is full, TCP connections are not read, and their senders wait; UDP packets are dropped and counted.
 *
 * The lines are imported as a sequence of logs, each of limited size and age: what is known about a log is kept in memory while it
 * is imported.
 */
import { createSocket, type Socket as PacketSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { HitError, messageOf } from '../../errors.ts';
import { type SyslogAddress, syslogAddressText } from '../../settings/syslog-address.ts';
import { HOUR } from '../../timing/units.ts';
import { DRAIN } from '../chunks.ts';
import { emit, LONGEST_MESSAGE, MessageFrames } from './message-frames.ts';
import { MessageQueue } from './message-queue.ts';

/** Connections at a time; further ones are closed. */
const MOST_CONNECTIONS = 200;
/** Bytes of packets that the system keeps for us; it may grant less. */
const SYSTEM_BUFFER = 4 * 1024 * 1024;
/** Milliseconds without data after which a sender is probed: one that was cut off would stay connected for ever. */
const KEEP_ALIVE = 60_000;
/** Of one log. */
const LOG_BYTES = 256 * 1024 * 1024;

/** Messages that were not passed on, by reason. */
export interface SyslogDrops {
  /** Of UDP, while the queue was full. The system may have dropped others. */
  overflow: number;
  /** Longer than any line that can be read. */
  too_long: number;
  /** Connections, while there were too many. */
  connections: number;
}

export interface SyslogLimits {
  /** Bytes of memory of waiting messages. */
  readonly queueBytes?: number;
  /** Bytes and milliseconds of one log. */
  readonly logBytes?: number;
  readonly logTime?: number;
}

export class SyslogSource {
  readonly drops: SyslogDrops = { overflow: 0, too_long: 0, connections: 0 };
  /** Where it listens, with the ports that the system chose for 0. */
  readonly addresses: SyslogAddress[] = [];
  readonly #queue: MessageQueue;
  readonly #limits: SyslogLimits;
  readonly #sockets: PacketSocket[] = [];
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Socket>();
  /** Packets and pieces of connections. */
  #received = 0;
  /** Looks whether something is still received, after a stop. */
  #draining: NodeJS.Timeout | undefined;

  private constructor(limits: SyslogLimits) {
    this.#limits = limits;
    this.#queue = new MessageQueue(limits.queueBytes);
    this.#queue.onRoom = () => {
      for (const connection of this.#connections) connection.resume();
    };
  }

  /**
   * Listens.
   *
   * @throws HitError `port_unavailable`
   */
  static async open(addresses: readonly SyslogAddress[], limits: SyslogLimits = {}): Promise<SyslogSource> {
    const source = new SyslogSource(limits);
    for (const address of addresses) {
      try {
        await (address.protocol === 'udp' ? source.#receive(address) : source.#accept(address));
      } catch (error) {
        source.close();
        throw new HitError('port_unavailable', `${syslogAddressText(address)}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
    return source;
  }

  /** Whether it is closed, and all lines were taken. */
  get isEnded(): boolean {
    return this.#queue.isEnded;
  }

  /**
   * Accepts no more connections, and closes itself when nothing has arrived for a moment, or after some seconds: what the system has
   * received would be lost otherwise, and its senders would not know.
   */
  stop(): void {
    if (this.#draining || this.#queue.isClosed) return;
    // Not at once: those that the system has accepted, with what was sent, are passed on first.
    for (const server of this.#servers) setImmediate(() => server.close());
    // Their senders learn that nobody will read what they send from now on.
    for (const connection of this.#connections) connection.end();
    const end = performance.now() + DRAIN.most;
    let seen = this.#received;
    this.#draining = setInterval(() => {
      const isIdle = this.#received === seen && !this.#queue.isFull;
      seen = this.#received;
      if (isIdle || performance.now() >= end) this.close();
    }, DRAIN.idle);
  }

  /** Receives nothing more. Lines that were received can still be taken. */
  close(): void {
    clearInterval(this.#draining);
    for (const socket of this.#sockets.splice(0)) socket.close();
    for (const server of this.#servers.splice(0)) server.close();
    for (const connection of this.#connections) connection.destroy();
    this.#queue.close();
  }

  /** The lines of the next log, until it has reached its size or age, or the source is closed. Not empty unless that is. */
  async *log(): AsyncGenerator<Buffer> {
    const { logBytes = LOG_BYTES, logTime = HOUR } = this.#limits;
    let due = Number.POSITIVE_INFINITY;
    for (let bytes = 0; bytes < logBytes; ) {
      const lines = await this.#queue.take(Math.max(0, due - performance.now()));
      if (lines === undefined) return;
      due = Math.min(due, performance.now() + logTime);
      bytes += lines.length;
      yield lines;
      if (performance.now() >= due) return;
    }
  }

  async #receive({ host, port }: SyslogAddress): Promise<void> {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
    this.#sockets.push(socket);
    socket.on('message', (message) => {
      this.#received++;
      if (message.length > LONGEST_MESSAGE) this.drops.too_long++;
      else if (this.#queue.isFull) this.drops.overflow++;
      else emit(message, (line) => this.#queue.add(line));
    });
    socket.bind(port, host);
    await once(socket, 'listening');
    socket.on('error', () => undefined);
    this.addresses.push(addressOf('udp', socket.address()));
    try {
      socket.setRecvBufferSize(SYSTEM_BUFFER);
    } catch {
      // The system's own size then.
    }
  }

  async #accept({ host, port }: SyslogAddress): Promise<void> {
    const server = createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE }, (connection) =>
      this.#read(connection),
    );
    this.#servers.push(server);
    server.maxConnections = MOST_CONNECTIONS;
    server.on('drop', () => this.drops.connections++);
    server.listen(port, host);
    await once(server, 'listening');
    server.on('error', () => undefined);
    this.addresses.push(addressOf('tcp', server.address() as AddressInfo));
  }

  #read(connection: Socket): void {
    const frames = new MessageFrames();
    const add = (line: Buffer) => this.#queue.add(line);
    this.#connections.add(connection);
    connection.on('data', (chunk) => {
      this.#received++;
      // Bytes, as no encoding is set.
      frames.push(chunk as Buffer, add, () => this.drops.too_long++);
      if (this.#queue.isFull) connection.pause();
    });
    // A sender that breaks off ends the connection all the same.
    connection.on('error', () => undefined);
    connection.on('end', () => frames.end(add));
    connection.on('close', () => this.#connections.delete(connection));
    if (this.#draining) connection.end();
  }
}

function addressOf(
  protocol: SyslogAddress['protocol'],
  { address, port }: { readonly address: string; readonly port: number },
): SyslogAddress {
  return { protocol, host: address, port };
}
