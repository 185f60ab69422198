/** The steps of a hit from the request context to durable bytes. */

import { TrustedProxies } from '../src/hit/address.ts';
import { hex64, KeyedHash } from '../src/hit/hash.ts';
import type { Hit } from '../src/hit/hit.ts';
import { Intake } from '../src/hit/intake.ts';
import { settledOptions } from '../src/hit/intake-settings.ts';
import { RateLimit } from '../src/hit/rate-limit.ts';
import { EMPTY_CONTEXT, type RequestContext } from '../src/hit/request-context.ts';
import { DailySalts } from '../src/hit/salts.ts';
import { RowWriter } from '../src/rows/row.ts';
import { ROW_LAYOUT } from '../src/rows/row-layout.ts';
import { intactLength } from '../src/rows/row-seal.ts';
import { PAGES, pagePath, SITE } from './access-log.ts';
import { check } from './bench.ts';
import { AT_ONCE, type Step } from './step.ts';
import { HUMAN_AGENTS } from './user-agents.ts';

/** The current time of all steps. */
export const NOW = Date.UTC(2026, 10, 24, 12);
/** The key of the test vectors in Aumasson and Bernstein's paper. */
export const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

/** @throws Error if a step gives a wrong result */
export async function hitSteps(): Promise<Step[]> {
  const intake = await openIntake();
  const facts = Array.from({ length: AT_ONCE }, (_, i) => factsOf(i));
  const hits = facts.map((each) => hitOf(intake, each));
  const hash = new KeyedHash(KEY);
  const ids = facts.map((_, i) => `0c5d9b1e-7a34-4f10-9c2b-${String(i).padStart(12, '0')}`);
  const writer = new RowWriter();
  checkHash(hash);
  checkRows(writer, hits);
  return [
    {
      name: 'intake: facts to a hit',
      times: AT_ONCE,
      run() {
        for (const each of facts) intake.receive(each);
      },
    },
    {
      name: 'hash: 36 characters',
      times: AT_ONCE,
      run() {
        for (const id of ids) hash.digest(id);
      },
    },
    {
      name: 'row: a hit to bytes',
      times: AT_ONCE,
      run() {
        for (const hit of hits) writer.write(hit);
        writer.seal();
      },
    },
  ];
}

async function openIntake(): Promise<Intake> {
  return new Intake({
    ...(await settledOptions({ key: KEY, importSalt: KEY }, 1000)),
    proxies: new TrustedProxies('loopback'),
    limit: RateLimit.parse('off'),
    salts: new DailySalts({ random: () => KEY, now: () => NOW }),
    identity: 'cookie',
    now: () => NOW,
  });
}

/** A page's report, as sent by a browser without a cookie. */
function factsOf(i: number): RequestContext {
  const site = new URL(SITE).host;
  return {
    ...EMPTY_CONTEXT,
    kind: 'beacon',
    time: NOW,
    site,
    host: `stats.${site}`,
    path: pagePath(i % PAGES),
    hostname: site,
    screen: 'Laptop',
    referrer: i % 3 === 0 ? 'https://www.google.com/' : '',
    userAgent: HUMAN_AGENTS[i % HUMAN_AGENTS.length]!,
    language: 'en-US,en;q=0.5',
    peer: '127.0.0.1',
  };
}

function hitOf(intake: Intake, facts: RequestContext): Hit {
  const outcome = intake.receive(facts);
  if ('reason' in outcome) throw new Error(`the intake dropped a hit: ${outcome.detail}`);
  return outcome.hit;
}

/** The paper's vector: 15 bytes, 0 to 14. */
function checkHash(hash: KeyedHash): void {
  const { high, low } = hash.digest(String.fromCharCode(...KEY.subarray(0, 15)));
  check(hex64(high, low) === 'a129ca6149be45e5', 'the hash is not SipHash-2-4');
}

function checkRows(writer: RowWriter, hits: readonly Hit[]): void {
  for (const hit of hits) writer.write(hit);
  const group = writer.seal();
  const { length, rows } = intactLength(group, ROW_LAYOUT);
  check(length === group.length && rows === hits.length, `${rows} of ${hits.length} rows are read back`);
}
