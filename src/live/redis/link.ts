import { createClient, createCluster, createSentinel } from '@redis/client';
import type { RedisAddress } from '../../settings/redis-address.ts';

/** Milliseconds within which a connection must be made. */
const CONNECT_MS = 2000;
/** Milliseconds between tries to reach a server that is gone, at most. */
const LONGEST_PAUSE = 1000;

type Command = readonly string[];

/** A connection, whichever client it is. */
interface Client {
  readonly send: (key: string, command: Command) => Promise<unknown>;
  readonly close: () => void;
}

/**
 * A way to a Redis, a cluster, or whichever server the sentinels say is the master. It comes back by itself when it was
 * lost. While it is, commands fail at once: who sends them knows what to do again.
 */
export class RedisLink {
  readonly #address: RedisAddress;
  readonly #onFault: (error: Error) => void;
  #client: Client;

  /** @param onFault told of what happens to the connection while nobody waits for an answer */
  constructor(address: RedisAddress, onFault: (error: Error) => void) {
    this.#address = address;
    this.#onFault = onFault;
    this.#client = this.#open();
  }

  /**
   * Sends a command. What is sent in one turn goes in one piece, in this order.
   *
   * @param key one of those that the command is about: in a cluster it says which server is asked
   */
  send(key: string, command: Command): Promise<unknown> {
    return this.#client.send(key, command);
  }

  /** Begins anew, where a server does not answer any more and its connection does not say so. */
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
      reconnectStrategy: (tries: number) => Math.min(LONGEST_PAUSE, 50 * 2 ** Math.min(tries, 10)),
      ...(tls && { tls: true as const }),
    },
  };
}

function singleOf(address: RedisAddress, onFault: (error: Error) => void): Client {
  const { socket, ...options } = optionsOf(address);
  const [{ host, port }] = address.hosts as [RedisAddress['hosts'][number]];
  const client = createClient({ ...options, socket: { ...socket, host, port } });
  client.on('error', onFault);
  // Until the first try has ended, commands wait for it.
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
