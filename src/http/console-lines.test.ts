import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { ConsoleLines } from './console-lines.ts';

/** Lines with the times they were written, by a clock that the test moves. */
class Console {
  readonly written: { line: string; at: number }[] = [];
  readonly lines: ConsoleLines;
  readonly #t: TestContext;
  #now = 0;

  constructor(t: TestContext) {
    this.#t = t;
    t.mock.timers.reset();
    t.mock.timers.enable({ apis: ['setTimeout'] });
    this.lines = new ConsoleLines(
      (line) => this.written.push({ line, at: this.#now }),
      () => this.#now,
    );
  }

  /** @param lag how far the clock is behind the timers, in milliseconds */
  pass(milliseconds: number, lag = 0): void {
    this.#now += milliseconds - lag;
    this.#t.mock.timers.tick(milliseconds);
    this.#now += lag;
  }

  get texts(): string[] {
    return this.written.map(({ line }) => line);
  }
}

describe('the lines of the counter', () => {
  it('are all written at once if they are few', (t) => {
    const console = new Console(t);
    for (let line = 1; line <= 10; line++) console.lines.print(String(line));
    assert.deepEqual(console.texts, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  });

  it('are at most ten in any second, and the newest is not lost', (t) => {
    const delays = fc.array(fc.oneof(fc.constant(0), fc.nat(400)), { maxLength: 300 });
    fc.assert(
      fc.property(delays, (pauses) => {
        const console = new Console(t);
        pauses.forEach((pause, index) => {
          console.pass(pause);
          console.lines.print(String(index));
        });
        console.pass(5000);
        const { written, texts } = console;
        written.slice(10).forEach(({ at }, index) => {
          assert.ok(at - written[index]!.at >= 1000);
        });
        assert.equal(texts.at(-1), pauses.length === 0 ? undefined : String(pauses.length - 1));
        assert.deepEqual(
          texts,
          texts.toSorted((a, b) => Number(a) - Number(b)),
        );
      }),
      { seed: 10, numRuns: 200 },
    );
  });

  it('stay within ten a second if a timer fires early', (t) => {
    const console = new Console(t);
    for (let line = 1; line <= 11; line++) console.lines.print(String(line));
    console.pass(1000, 1);
    assert.equal(console.written.length, 10);
    console.pass(5);
    assert.equal(console.texts.at(-1), '11');
  });

  it('end with the pending one', (t) => {
    const console = new Console(t);
    for (let line = 1; line <= 15; line++) console.lines.print(String(line));
    console.lines.close();
    assert.equal(console.texts.at(-1), '15');
    console.pass(5000);
    assert.equal(console.written.length, 11);
  });
});
