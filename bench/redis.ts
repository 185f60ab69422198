import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram, killAtExit, stop } from './program.ts';
import type { Scratch } from './scratch.ts';

const START_SECONDS = 10;
const LOOK_MS = 20;

interface Batch {
  readonly numbers: number[];
  readonly count: number;
  readonly resolve: (numbers: number[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A separate Redis without persistence, on a Unix socket: faster than over the network.
 *
 * Speaks RESP. Commands are pipelined, and must be ones that Redis answers with a
 * number.
 */
export class Redis implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #stop: () => Promise<void>;
  readonly #batches: Batch[] = [];
  #text = '';

  private constructor(socket: Socket, stopServer: () => Promise<void>) {
    this.#socket = socket;
    this.#stop = stopServer;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('close', () => this.#fail(new Error('Redis closed the connection')));
    socket.on('error', (error) => this.#fail(error));
  }

  /** @returns undefined if there is no `redis-server` here */
  static async start(scratch: Scratch): Promise<Redis | undefined> {
    const program = findProgram('redis-server');
    if (program === undefined) return undefined;
    const path = scratch.path('redis.sock');
    const args = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no'];
    const child = spawn(program, [...args, '--dir', scratch.folder], { stdio: 'ignore' });
    killAtExit(child);
    return new Redis(await connected(path), () => stop(child));
  }

  /** Sends commands together, and waits for all answers. */
  ask(commands: readonly (readonly string[])[]): Promise<number[]> {
    return new Promise((resolve, reject) => {
      this.#batches.push({ numbers: [], count: commands.length, resolve, reject });
      this.#socket.write(commands.map(encode).join(''), 'latin1');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.#stop();
  }

  #receive(text: string): void {
    const lines = (this.#text + text).split('\r\n');
    this.#text = lines.pop()!;
    for (const line of lines) {
      const batch = this.#batches[0]!;
      if (!line.startsWith(':')) {
        this.#fail(new Error(`Redis answered ${line}`));
        return;
      }
      batch.numbers.push(Number(line.slice(1)));
      if (batch.numbers.length === batch.count) this.#batches.shift()!.resolve(batch.numbers);
    }
  }

  #fail(error: Error): void {
    for (const batch of this.#batches.splice(0)) batch.reject(error);
  }
}

/** Connects as soon as the server listens. */
async function connected(path: string): Promise<Socket> {
  const deadline = performance.now() + START_SECONDS * 1000;
  for (;;) {
    const socket = connect(path);
    const error = await new Promise<Error | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined)).once('error', resolve);
    });
    if (error === undefined) return socket;
    if (performance.now() > deadline) throw new Error('Redis does not start', { cause: error });
    await sleep(LOOK_MS);
  }
}

function encode(words: readonly string[]): string {
  const bulk = words.map((word) => `$${word.length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulk.join('')}`;
}
