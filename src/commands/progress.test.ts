import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { ProgressLine, progressText } from './progress.ts';

const state = { name: 'access.log', size: 1000, bytes: 250, lines: 1_234_567, seconds: 2 };

describe('the text of a progress line', () => {
  it('says how much is done, how fast, and how long the rest will take', () => {
    assert.equal(progressText(state), 'access.log  25 %  1,234,567 lines  617,284 lines/s  6 s left');
  });

  it('does not guess an unknown end', () => {
    assert.equal(progressText({ ...state, size: undefined }), 'access.log  1,234,567 lines  617,284 lines/s');
  });

  it('makes sense for a file that grows, is empty, or has just been started', () => {
    assert.match(progressText({ ...state, bytes: 5000 }), / {2}100 % {2}.* {2}0 s left$/);
    assert.match(
      progressText({ ...state, size: 0, bytes: 0, lines: 0 }),
      /^access\.log {2}0 lines {2}0 lines\/s$/,
    );
    assert.doesNotMatch(progressText({ ...state, bytes: 0, seconds: 0 }), /NaN|Infinity|∞/);
  });
});

describe('a progress line', () => {
  const terminal = (isTTY: boolean, columns = 80) =>
    Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns });

  it('is drawn on a terminal, no wider than it, and erased at the end', () => {
    const out = terminal(true, 30);
    const line = new ProgressLine(out, 'access.log', 1000);
    line.show({ bytes: 500, lines: 10 });
    line.close();
    const written: string = out.read();
    assert.ok(written.startsWith('\raccess.log  50 %  10 lines'));
    assert.ok(written.indexOf('\x1b[K') <= 30);
    assert.ok(written.endsWith('\r\x1b[K'));
  });

  it('is not drawn more often than people can read', () => {
    const out = terminal(true);
    const line = new ProgressLine(out, 'access.log', 1000);
    for (let i = 0; i < 1000; i++) line.show({ bytes: i, lines: i });
    assert.ok((out.read() as string).split('\r').length < 50);
  });

  it('is not drawn without a terminal', () => {
    const out = terminal(false);
    const line = new ProgressLine(out, 'access.log', 1000);
    line.show({ bytes: 500, lines: 10 });
    line.close();
    assert.equal(out.read(), null);
  });
});
