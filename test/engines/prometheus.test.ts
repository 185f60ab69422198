/** A real Prometheus scrapes real servers, loads the alerts, and runs every expression of the dashboard; its own checks pass. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findProgram, killAtExit } from '../../bench/program.ts';
import { TOKEN } from '../fixtures/any-server.ts';
import { metricsOf } from '../fixtures/metrics-text.ts';
import { expressions, MONITORING } from '../fixtures/monitoring.ts';
import { scaledTimeout, until } from '../fixtures/scaled-timeout.ts';
import { sharedServer } from '../fixtures/shared-server.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { freePort } from '../fixtures/user-program.ts';

const PROMETHEUS_MISSING = 'promtool and prometheus are not on the PATH: apt-get install prometheus';
const isMissing = ['promtool', 'prometheus'].some((name) => findProgram(name) === undefined);
if (isMissing && process.env.CI) throw new Error(PROMETHEUS_MISSING);
const options = { skip: isMissing && PROMETHEUS_MISSING, timeout: scaledTimeout(120_000) };

/** Asserts that `promtool` accepts what it is given, without advice. */
function assertAccepted(args: readonly string[], input = ''): void {
  const { status, stdout, stderr } = spawnSync(findProgram('promtool')!, args, {
    ...{ input, encoding: 'utf8', cwd: MONITORING },
  });
  assert.equal(status, 0, `promtool ${args.join(' ')}: ${stdout}${stderr}`);
  assert.equal(stderr, '');
}

type Ask = <Data>(path: string) => Promise<Data>;

/** Starts a Prometheus that scrapes a server every second. @returns what asks its API */
async function prometheus(t: TestContext, target: number): Promise<Ask> {
  const [folder, port] = [temporaryFolder(t), await freePort()];
  const config = join(folder, 'prometheus.json');
  writeFileSync(join(folder, 'token'), TOKEN);
  writeFileSync(
    config,
    // YAML includes JSON.
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(MONITORING, 'alerts.yaml')],
      scrape_configs: [
        {
          job_name: 'hit-tracker',
          authorization: { credentials_file: join(folder, 'token') },
          static_configs: [{ targets: [`127.0.0.1:${target}`] }],
        },
      ],
    }),
  );
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const child = spawn(findProgram('prometheus')!, [...flags, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  killAtExit(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  await until('an answer of Prometheus', () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return async <Data>(path: string) => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as {
      status: string;
      data: Data;
      error?: string;
    };
    assert.equal(answer.status, 'success', `${path}: ${answer.error}`);
    return answer.data;
  };
}

interface Targets {
  readonly activeTargets: readonly { readonly health: string; readonly lastError: string }[];
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly name: string; readonly health: string }[];
  }[];
}
interface Result {
  readonly result: readonly unknown[];
}

const server = isMissing ? undefined : await sharedServer();

describe('Prometheus', options, () => {
  it("accepts the names, types and help of all of a server's metrics", async () => {
    await server!.send('/hit.gif?site=a.example&path=/');
    const { text } = await metricsOf(server!);
    assertAccepted(['check', 'metrics'], text);
  });

  it('accepts the alert rules and the configuration', () => {
    assertAccepted(['check', 'rules', 'alerts.yaml']);
    // Its token and its rules are elsewhere on this machine.
    assertAccepted(['check', 'config', '--syntax-only', 'prometheus.yaml']);
  });

  it('fires alerts for what they are about, and not for less', () => {
    assertAccepted(['test', 'rules', 'alerts.test.yaml']);
  });

  it('scrapes a server with its token, and evaluates every alert and every panel', async (t) => {
    const ask = await prometheus(t, server!.port);
    await until('a scrape', async () => {
      const { activeTargets } = await ask<Targets>('targets');
      return activeTargets.some(({ health }) => health === 'up');
    });
    await until('an evaluation of the rules', async () => {
      const { groups } = await ask<Rules>('rules');
      const rules = groups.flatMap((group) => group.rules);
      for (const { name, health } of rules) assert.notEqual(health, 'err', name);
      return rules.every(({ health }) => health === 'ok');
    });
    for (const [where, expression] of expressions) {
      await ask<Result>(`query?query=${encodeURIComponent(expression)}`).catch((error: unknown) =>
        assert.fail(`${where}: ${error}`),
      );
    }
    const p99 = [...expressions].find(([where]) => where.startsWith('panel Hit, p99'))![1];
    await until('the duration of hits', async () => {
      await server!.send('/hit.gif?site=a.example&path=/');
      const { result } = await ask<Result>(`query?query=${encodeURIComponent(`${p99} > 0`)}`);
      return result.length > 0;
    });
  });
});
