/**
 * Sends batches of hits over some connections, as fast as responses arrive, and adds up the accepted hits.
 *
 * `node bench/batch-load.ts --port N --token TEXT --seconds N --connections N` prints `BatchResult` as JSON. It is a
 * separate program, so that it has a core for itself.
 */

import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { batchBodies } from './traffic.ts';

/** The results of the batches. */
export interface BatchResult {
  readonly batches: number;
  /** Hits accepted according to the answers. */
  readonly accepted: number;
  /** Hits of batches that were refused or partly dropped. */
  readonly missing: number;
  readonly seconds: number;
}

export const HITS_EACH = 1000;
/** Built before the clock starts. */
const DIFFERENT_BATCHES = 60;

interface Target {
  readonly port: number;
  readonly token: string;
  readonly agent: Agent;
}

async function load(target: Target, seconds: number, connections: number): Promise<BatchResult> {
  const bodies = batchBodies(DIFFERENT_BATCHES, HITS_EACH);
  const started = performance.now();
  let batches = 0;
  let accepted = 0;
  const send = async () => {
    while (performance.now() - started < seconds * 1000) {
      const body = bodies[batches++ % bodies.length]!;
      const hits = await post(target, body);
      accepted += hits;
    }
  };
  await Promise.all(Array.from({ length: connections }, send));
  const taken = (performance.now() - started) / 1000;
  return { batches, accepted, missing: batches * HITS_EACH - accepted, seconds: taken };
}

/** Sends one batch, and returns how many of its hits were accepted. */
function post({ port, token, agent }: Target, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    };
    const options = { port, host: '127.0.0.1', method: 'POST', path: '/api/v1/hits', agent, headers };
    const sending = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => resolve((JSON.parse(text) as { accepted?: number }).accepted ?? 0));
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

if (import.meta.main) {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { port: text, token: text, seconds: text, connections: text } });
  const connections = Number(values.connections);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = { port: Number(values.port), token: String(values.token), agent };
  console.log(JSON.stringify(await load(target, Number(values.seconds), connections)));
  agent.destroy();
}
