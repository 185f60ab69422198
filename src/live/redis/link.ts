import { createClient, createCluster, createSentinel } from '@redis/client';
import type { RedisAddress } from '../../settings/redis-address.ts';
import { backoffDelay } from '../../timing/backoff.ts';

/** Connection timeout in milliseconds. */
const CONNECT_MS = 2000;
/** Milliseconds between reconnection attempts. */
const DELAYS = { first: 50, longest: 1000 };

type Command = readonly string[];

/** A connection, independent of the kind of client. */
interface Client {
  readonly send: (key: string, command: Command) => Promise<unknown>;
  readonly close: () => void;
}

/**
 * A connection to a Redis server, a cluster, or the master reported by the sentinels. It reconnects by itself. While it
 * is lost, commands fail at once: the caller decides what to retry.
 */
export class RedisLink {
  readonly #address: RedisAddress;
  readonly #onFault: (error: Error) => void;
  #client: Client;

  /** @param onFault called for connection errors that occur while no command is pending */
  constructor(address: RedisAddress, onFault: (error: Error) => void) {
    this.#address = address;
    this.#onFault = onFault;
    this.#client = this.#open();
  }

  /**
   * Sends a command. Commands sent in one turn are written together, in order.
   *
   * @param key one of the command's keys: in a cluster it selects the server
   */
  send(key: string, command: Command): Promise<unknown> {
    return this.#client.send(key, command);
  }

  /** Reconnects, for a server that no longer answers although its connection reports no error. */
  reopen(): void {
    this.#client.close();
    this.#client = this.#open();
  }

  close(): void {
    this.#client.close();
  }

  #open(): Client {
    const { kind } = this.#address;
    if (kind === 'cluster') return clusterOf(this.#address, this.#onFault);
    return kind === 'sentinel'
      ? sentinelOf(this.#address, this.#onFault)
      : singleOf(this.#address, this.#onFault);
  }
}

function optionsOf({ tls, username, password, database }: RedisAddress) {
  return {
    RESP: 2 as const,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(database > 0 && { database }),
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (tries: number) => backoffDelay(tries + 1, DELAYS),
      ...(tls && { tls: true as const }),
    },
  };
}

function singleOf(address: RedisAddress, onFault: (error: Error) => void): Client {
  const { socket, ...options } = optionsOf(address);
  const [{ host, port }] = address.hosts as [RedisAddress['hosts'][number]];
  const client = createClient({ ...options, socket: { ...socket, host, port } });
  client.on('error', onFault);
  // Commands wait until the first connection attempt has ended.
  let first: Promise<void> | undefined = new Promise<void>((resolve) => {
    client.once('ready', resolve);
    client.once('error', () => resolve());
  }).finally(() => {
    first = undefined;
  });
  client.connect().catch(onFault);
  return {
    send: (_key, command) =>
      first ? first.then(() => client.sendCommand(command)) : client.sendCommand(command),
    close: () => client.destroy(),
  };
}

function clusterOf(address: RedisAddress, onFault: (error: Error) => void): Client {
  const options = optionsOf(address);
  const cluster = createCluster({
    RESP: options.RESP,
    rootNodes: address.hosts.map((host) => ({ socket: { ...host, connectTimeout: CONNECT_MS } })),
    defaults: options,
  });
  cluster.on('error', onFault);
  let ready = cluster.connect();
  ready.catch(onFault);
  return {
    async send(key, command) {
      try {
        await ready;
      } catch (error) {
        ready = cluster.connect();
        ready.catch(() => undefined);
        throw error;
      }
      return cluster.sendCommand(key, false, [...command]);
    },
    close: () => cluster.destroy(),
  };
}

function sentinelOf(address: RedisAddress, onFault: (error: Error) => void): Client {
  const { database: _, ...secrets } = optionsOf(address);
  const sentinel = createSentinel({
    name: address.master,
    RESP: secrets.RESP,
    sentinelRootNodes: [...address.hosts],
    nodeClientOptions: optionsOf(address),
    passthroughClientErrorEvents: true,
  });
  sentinel.on('error', onFault);
  const ready = sentinel.connect();
  ready.catch(onFault);
  return {
    async send(_key, command) {
      await ready;
      return sentinel.sendCommand(false, [...command]);
    },
    close: () => sentinel.destroy(),
  };
}
