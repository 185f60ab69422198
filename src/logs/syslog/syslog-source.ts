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
import { emit, LONGEST_MESSAGE, MessageFrames } from './message-frames.ts';
import { MessageQueue } from './message-queue.ts';

/** Connections at a time; further ones are closed. */
const MOST_CONNECTIONS = 200;
/** Bytes of packets that the system keeps for us; it may grant less. */
const SYSTEM_BUFFER = 4 * 1024 * 1024;
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
  /** Bytes of waiting messages. */
  readonly queueBytes?: number;
  /** Bytes and milliseconds of one log. */
  readonly logBytes?: number;
  readonly logTime?: number;
}

export class SyslogSource {
  readonly drops: SyslogDrops = { overflow: 0, too_long: 0, connections: 0 };
  readonly #queue: MessageQueue;
  readonly #limits: SyslogLimits;
  readonly #sockets: PacketSocket[] = [];
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Socket>();

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
        source.stop();
        throw new HitError('port_unavailable', `${syslogAddressText(address)}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
    return source;
  }

  /** Where it listens, with the ports that the system chose for 0. */
  get addresses(): SyslogAddress[] {
    return [
      ...this.#sockets.map((socket) => addressOf('udp', socket.address())),
      ...this.#servers.map((server) => addressOf('tcp', server.address() as AddressInfo)),
    ];
  }

  /** Whether it has stopped, and all lines were taken. */
  get isEnded(): boolean {
    return this.#queue.isEnded;
  }

  /** Stops listening. Lines that were received can still be taken. */
  stop(): void {
    for (const socket of this.#sockets.splice(0)) socket.close();
    for (const server of this.#servers.splice(0)) server.close();
    for (const connection of this.#connections) connection.destroy();
    this.#queue.close();
  }

  /** The lines of the next log, until it has reached its size or age, or the source has stopped. Not empty unless that has. */
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
      if (message.length > LONGEST_MESSAGE) this.drops.too_long++;
      else if (this.#queue.isFull) this.drops.overflow++;
      else emit(message, (line) => this.#queue.add(line));
    });
    socket.bind(port, host);
    await once(socket, 'listening');
    socket.on('error', () => undefined);
    try {
      socket.setRecvBufferSize(SYSTEM_BUFFER);
    } catch {
      // The system's own size then.
    }
  }

  async #accept({ host, port }: SyslogAddress): Promise<void> {
    const server = createServer((connection) => this.#read(connection));
    this.#servers.push(server);
    server.maxConnections = MOST_CONNECTIONS;
    server.on('drop', () => this.drops.connections++);
    server.listen(port, host);
    await once(server, 'listening');
    server.on('error', () => undefined);
  }

  #read(connection: Socket): void {
    const frames = new MessageFrames();
    const add = (line: Buffer) => this.#queue.add(line);
    this.#connections.add(connection);
    connection.on('data', (chunk) => {
      // Bytes, as no encoding is set.
      frames.push(chunk as Buffer, add, () => this.drops.too_long++);
      if (this.#queue.isFull) connection.pause();
    });
    // A sender that breaks off ends the connection all the same.
    connection.on('error', () => undefined);
    connection.on('end', () => frames.end(add));
    connection.on('close', () => this.#connections.delete(connection));
  }
}

function addressOf(
  protocol: SyslogAddress['protocol'],
  { address, port }: { readonly address: string; readonly port: number },
): SyslogAddress {
  return { protocol, host: address, port };
}
