import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { engineShare } from '../clickhouse/engine-share.ts';
import { HitError } from '../errors.ts';
import { TrustedProxies } from '../hit/address.ts';
import { ClientAddresses } from './client-address.ts';
import { QueryAdmission } from './query-admission.ts';

/** Anonymous readers, whose queries the test ends. */
class Readers {
  readonly begun: string[] = [];
  readonly admission = new QueryAdmission(
    { adminToken: 'secret' },
    new ClientAddresses(new TrustedProxies('none'), 'x-forwarded-for'),
  );
  readonly #ends = new Map<string, (error?: Error) => void>();
  readonly #gone = new Map<string, () => void>();

  /** @param name its first character is the address, and its second the site */
  ask(name: string, key = name): Promise<string> {
    const onGone = (forget: () => void) => this.#gone.set(name, forget);
    return this.admission.admit({ network: name[0]!, site: name[1]!, key, onGone }, async () => {
      assert.equal(engineShare().name, 'anonymous');
      this.begun.push(name);
      await new Promise<void>((resolve, reject) =>
        this.#ends.set(name, (error) => (error ? reject(error) : resolve())),
      );
      return `answer to ${name}`;
    });
  }

  async end(name: string, error?: Error): Promise<void> {
    this.#ends.get(name)!(error);
    await new Promise(setImmediate);
  }

  disconnect(name: string): void {
    this.#gone.get(name)!();
  }
}

/** The clock stands, unless the test moves it. */
function readers(t: TestContext): Readers {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return new Readers();
}

async function refusal(query: Promise<unknown>): Promise<HitError> {
  const error = await query.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HitError);
  return error;
}

describe('queries of readers without a token', () => {
  it('run one at a time, addresses taking turns, and sites of an address', async (t) => {
    const all = readers(t);
    const answers = ['ax1', 'ax2', 'ay1', 'bx1'].map((name) => all.ask(name));
    assert.deepEqual(all.begun, ['ax1']);
    for (const name of ['ax1', 'ax2', 'bx1', 'ay1']) await all.end(name);
    assert.deepEqual(all.begun, ['ax1', 'ax2', 'bx1', 'ay1']);
    assert.equal((await Promise.all(answers))[3], 'answer to bx1');
  });

  it('that are equal and wait run once, at the first turn of any of them', async (t) => {
    const all = readers(t);
    const first = all.ask('ax1', 'same');
    const others = ['ax2', 'ax3', 'bx1', 'cx1'].map((name) => all.ask(name, name === 'ax2' ? 'ax2' : 'same'));
    await all.end('ax1');
    await all.end('ax2');
    assert.equal(await first, 'answer to ax1');
    // Hits may have been acknowledged since the first one began, so it answers none of the others.
    assert.deepEqual(all.begun, ['ax1', 'ax2', 'ax3']);
    await all.end('ax3');
    assert.deepEqual((await Promise.all(others)).slice(1), Array(3).fill('answer to ax3'));
    assert.deepEqual(all.begun, ['ax1', 'ax2', 'ax3']);
  });

  it('that fail do so for all who asked, and the next one runs', async (t) => {
    const all = readers(t);
    const queries = [all.ask('ax1'), all.ask('bx1', 'same'), all.ask('cx1', 'same'), all.ask('dx1')];
    const outcomes = Promise.allSettled(queries);
    await all.end('ax1');
    await all.end('bx1', new HitError('query_timeout', 'too much'));
    await all.end('dx1');
    assert.deepEqual(
      (await outcomes).map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
  });

  it('wait a bounded time, and are then refused with the seconds until another try', async (t) => {
    const all = readers(t);
    const running = all.ask('ax1');
    const late = refusal(all.ask('bx1'));
    t.mock.timers.tick(19_999);
    const later = all.ask('cx1');
    t.mock.timers.tick(1);
    const { code, retryAfter } = await late;
    assert.deepEqual([code, retryAfter, all.admission.refused], ['overloaded', 10, 1]);
    await all.end('ax1');
    await all.end('cx1');
    assert.deepEqual([await running, await later], ['answer to ax1', 'answer to cx1']);
    assert.deepEqual(all.begun, ['ax1', 'cx1']);
  });

  it('are bounded in number: the address with the most is refused, and another one is not', async (t) => {
    const all = readers(t);
    const greedy = Array.from({ length: 102 }, (_, at) => all.ask(`ax${at}`));
    const refused = refusal(greedy[101]!);
    const evicted = refusal(greedy[100]!);
    for (const each of greedy.slice(0, 100)) each.catch(() => undefined);
    const other = all.ask('bx1');
    assert.deepEqual([(await refused).code, (await evicted).code], ['overloaded', 'overloaded']);
    await all.end('ax0');
    await all.end('ax1');
    await all.end('bx1');
    assert.equal(await other, 'answer to bx1');
  });

  it('are not run for readers who have disconnected, unless others wait for the same', async (t) => {
    const all = readers(t);
    void all.ask('ax1');
    for (const name of ['bx1', 'cx1', 'dx1']) void all.ask(name, name === 'bx1' ? 'bx1' : 'same');
    all.disconnect('bx1');
    all.disconnect('cx1');
    await all.end('ax1');
    assert.deepEqual(all.begun, ['ax1', 'cx1']);
    all.disconnect('ax1');
  });
});
