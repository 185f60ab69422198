import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isbot } from 'isbot';
import { writeAccessLog } from '../bench/access-log.ts';
import { BOT_AGENTS, HUMAN_AGENTS } from '../bench/user-agents.ts';
import { ANY_LINE, FORMAT_RULES } from '../src/logs/format.ts';
import { detectRules } from '../src/logs/format-detection.ts';
import { parseLine } from '../src/logs/line.ts';
import { createLogLine } from '../src/logs/log-line.ts';

describe('the generated access log', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'access-log-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('matches its totals', async () => {
    const path = join(folder, 'totals.log');
    const totals = await writeAccessLog(path, 50_000, 7);
    const lines = (await readFile(path, 'latin1')).trimEnd().split('\n');
    assert.deepEqual(detectRules(lines.slice(0, 100)), ANY_LINE);

    const out = createLogLine();
    const perDay: Record<string, number> = {};
    const humanPerDay: Record<string, number> = {};
    const addresses = new Set<string>();
    const visitors = new Set<string>();
    const humans = new Set<string>();
    let humanLines = 0;
    let lastMs = 0;
    for (const line of lines) {
      assert.equal(parseLine(line, FORMAT_RULES.combined, out), 'read', line);
      assert.ok(out.timeMs >= lastMs, 'lines are in the order of time');
      lastMs = out.timeMs;
      const day = new Date(out.timeMs).toISOString().slice(0, 10);
      const visitor = `${day} ${out.address} ${out.userAgent}`;
      perDay[day] = (perDay[day] ?? 0) + 1;
      addresses.add(out.address);
      visitors.add(visitor);
      if (isbot(out.userAgent)) continue;
      humanLines++;
      humanPerDay[day] = (humanPerDay[day] ?? 0) + 1;
      humans.add(visitor);
    }
    assert.deepEqual(totals, {
      lines: lines.length,
      addresses: addresses.size,
      dailyVisitors: visitors.size,
      perDay,
      humanLines,
      humanDailyVisitors: humans.size,
      humanPerDay,
    });
    assert.equal(lines.length, 50_000);
    assert.ok(humanLines > 40_000 && humanLines < 45_000);
  });

  it('is the same for the same seed, and different for another', async () => {
    const [first, second, other] = await Promise.all(
      [1, 1, 2].map(async (seed, index) => {
        const path = join(folder, `${index}.log`);
        await writeAccessLog(path, 2000, seed);
        return readFile(path, 'latin1');
      }),
    );
    assert.equal(first, second);
    assert.notEqual(first, other);
  });

  it('has agents that isbot classifies as we do, each once', () => {
    for (const agent of HUMAN_AGENTS) assert.ok(!isbot(agent), agent);
    for (const agent of BOT_AGENTS) assert.ok(isbot(agent), agent);
    assert.equal(new Set([...HUMAN_AGENTS, ...BOT_AGENTS]).size, HUMAN_AGENTS.length + BOT_AGENTS.length);
  });
});
