/** The original demonstration of the plain counter, verbatim: five requests by two visitors. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { cookieOf } from './fixtures/any-server.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { ServerHere } from './fixtures/server-here.ts';

const run = promisify(execFile);
const HAS_CURL = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'curl')));

const FIVE_LINES = [
  '1 unique hits from total 1 hits',
  '1 unique hits from total 2 hits',
  '1 unique hits from total 3 hits',
  '1 unique hits from total 4 hits',
  '2 unique hits from total 5 hits',
];

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Four requests of a visitor with a cookie jar, and one of another. */
async function demonstrate(visit: (client: string) => Promise<string>): Promise<void> {
  const visits = ['111', '111', '111', '111', '222'];
  for (const [index, client] of visits.entries()) {
    if (client === '222') await rm(join(folder, 'cookies.txt'), { force: true });
    assert.ok((await visit(client)).startsWith(`${FIVE_LINES[index]}\n`));
  }
}

const PRINTED = `${FIVE_LINES.join('\n')}\n`;

describe('the demonstration', () => {
  it('with curl prints five lines and nothing else, and a restart keeps the counts', {
    skip: HAS_CURL ? false : 'there is no curl here',
  }, async () => {
    const data = join(folder, 'curl');
    const jar = join(folder, 'cookies.txt');
    const curl = async (server: RunningServer, client: string) => {
      const header = ['-H', `X_FORWARDED_FOR: ${client}`];
      const { stdout } = await run('curl', [
        '-sS',
        '-b',
        jar,
        '-c',
        jar,
        ...header,
        `http://127.0.0.1:${server.port}/`,
      ]);
      return stdout;
    };
    const server = await RunningServer.start(data);
    await demonstrate((client) => curl(server, client));
    const { code, stdout } = await server.stop();
    assert.equal(code, 0);
    assert.equal(stdout, PRINTED);
    const again = await RunningServer.start(data);
    assert.equal(await curl(again, '222'), '2 unique hits from total 6 hits\nYou were here before.\n');
    assert.equal((await again.stop()).stdout, '2 unique hits from total 6 hits\n');
  });

  it('with any other client prints the same', async (t) => {
    const server = await ServerHere.start(t, join(folder, 'node'));
    const jars = new Map<string, string>();
    await demonstrate(async (client) => {
      const headers = { 'user-agent': 'curl/8.5.0', X_FORWARDED_FOR: client, cookie: jars.get(client) ?? '' };
      const answer = await server.send('/', { headers });
      jars.set(client, cookieOf(answer) || headers.cookie);
      return answer.text;
    });
    await server[Symbol.asyncDispose]();
    assert.equal(server.stdout, PRINTED);
  });

  it('without cookies counts the same', async (t) => {
    const server = await ServerHere.start(t, join(folder, 'jarless'));
    await demonstrate(async (client) => {
      return (await server.send('/', { headers: { X_FORWARDED_FOR: client } })).text;
    });
    await server[Symbol.asyncDispose]();
    assert.equal(server.stdout, PRINTED);
  });
});
