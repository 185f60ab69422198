import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { scaledTimeout, until } from '../../../test/fixtures/scaled-timeout.ts';
import { readSyslogAddresses } from '../../settings/syslog-address.ts';
import { type SyslogLimits, SyslogSource } from './syslog-source.ts';

async function opened(test: TestContext, text: string, limits: SyslogLimits = {}) {
  const source = await SyslogSource.open(readSyslogAddresses(text, '--syslog'), limits);
  test.after(() => source.close());
  const { protocol, port } = source.addresses[0]!;
  return { source, protocol, port };
}

/** All logs until the source is stopped. */
async function logsOf(source: SyslogSource): Promise<string[]> {
  const logs: string[] = [];
  while (!source.isEnded) {
    let text = '';
    for await (const lines of source.log()) text += lines;
    logs.push(text);
  }
  return logs;
}

async function sendPackets(port: number, messages: readonly string[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const message of messages)
    await new Promise((resolve) => socket.send(message, port, '127.0.0.1', resolve));
  socket.close();
}

async function sendStream(port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.end(text);
  await once(socket.resume(), 'close');
}

describe('a syslog source', { timeout: scaledTimeout(30_000) }, () => {
  it('passes on the messages of UDP packets, each as a line', async (test) => {
    const { source, port } = await opened(test, 'udp://127.0.0.1:0');
    await sendPackets(port, ['<13>a', '<13>b\n', '<13>c\nd', '']);
    let text = '';
    for await (const lines of source.log()) {
      text += lines;
      if (text.split('\n').length > 3) break;
    }
    assert.equal(text, '<13>a\n<13>b\n<13>c d\n');
  });

  it('passes on what was received before it stopped, in logs of limited size', async (test) => {
    const { source, port } = await opened(test, 'tcp://127.0.0.1:0', { logBytes: 10 });
    await sendStream(port, '<13>first\n5 <13>b');
    const first = source.log();
    assert.equal(String((await first.next()).value), '<13>first\n<13>b\n');
    assert.equal((await first.next()).done, true, 'it is long enough');
    await sendStream(port, '<13>second\n');
    source.stop();
    assert.deepEqual(await logsOf(source), ['<13>second\n', ''], 'the last one waits for more');
  });

  it('lets TCP senders wait while its queue is full, and loses nothing', async (test) => {
    const { source, port } = await opened(test, 'tcp://127.0.0.1:0', { queueBytes: 1000 });
    const sent = Array.from({ length: 20_000 }, (_, i) => `<13>${i} ${'x'.repeat(100)}\n`).join('');
    const sending = sendStream(port, sent);
    let text = '';
    for await (const lines of source.log()) {
      assert.ok(lines.length < 1_000_000, `${lines.length} bytes were waiting`);
      text += lines;
      if (text.length === sent.length) break;
      await new Promise(setImmediate);
    }
    await sending;
    assert.ok(text === sent);
    assert.deepEqual(source.drops, { overflow: 0, too_long: 0, connections: 0 });
  });

  it('reads what the system has received when it is stopped', async (test) => {
    const udp = await opened(test, 'udp://127.0.0.1:0');
    const packets = Array.from({ length: 100 }, (_, i) => `<13>${i}\n`);
    await sendPackets(udp.port, packets);
    udp.source.stop();
    assert.deepEqual(await logsOf(udp.source), [packets.join('')]);

    const tcp = await opened(test, 'tcp://127.0.0.1:0', { queueBytes: 1000 });
    const sent = Array.from({ length: 20_000 }, (_, i) => `<13>${i} ${'x'.repeat(100)}\n`).join('');
    const sending = sendStream(tcp.port, sent);
    const first = await tcp.source.log().next();
    tcp.source.stop();
    const text = first.value + (await logsOf(tcp.source)).join('');
    assert.ok(text === sent, `${text.length} of ${sent.length} bytes`);
    await sending;
  });

  it('reads connections that it has not seen yet when it is stopped', async (test) => {
    const { source, port } = await opened(test, 'tcp://127.0.0.1:0');
    const send = `require('net').connect(${port}, '127.0.0.1').end('<13>a\\n', () => process.exit())`;
    execFileSync(process.execPath, ['-e', send]);
    source.stop();
    assert.deepEqual(await logsOf(source), ['<13>a\n']);
  });

  it('disconnects a sender that goes on, some seconds after it is stopped', async (test) => {
    const { source, port } = await opened(test, 'tcp://127.0.0.1:0');
    const sender = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined);
    const sending = setInterval(() => sender.write('<13>more\n'), 50);
    const closed = new Promise((resolve) => sender.resume().once('close', resolve));
    test.after(() => clearInterval(sending));
    await source.log().next();
    source.stop();
    await logsOf(source);
    await closed;
  });

  it('drops and counts UDP packets while its queue is full', async (test) => {
    const { source, port } = await opened(test, 'udp://127.0.0.1:0', { queueBytes: 10 });
    await sendPackets(port, ['<13>123456789', '<13>lost', '<13>lost too']);
    await until('two drops', () => source.drops.overflow === 2);
    source.stop();
    assert.deepEqual(await logsOf(source), ['<13>123456789\n']);
  });

  it('reports an address at which it cannot listen', async (test) => {
    const { port } = await opened(test, 'tcp://127.0.0.1:0');
    await assert.rejects(opened(test, `tcp://127.0.0.1:${port}`), {
      code: 'port_unavailable',
      message: /^tcp:\/\/127\.0\.0\.1:\d+: .*EADDRINUSE/,
    });
  });
});
