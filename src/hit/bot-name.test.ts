import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isbot, list } from 'isbot';
import { FIREFOX } from '../../test/fixtures/any-server.ts';
import { botName, isBot } from './bot-name.ts';
import { BOT_PATTERNS } from './bot-patterns.ts';

test('the patterns are those of isbot: if not, run node scripts/bot-patterns.ts', () => {
  assert.deepEqual(BOT_PATTERNS, list);
});

test('a user agent is a bot if isbot says so, or if it is missing', () => {
  const agents = [
    ...[
      FIREFOX,
      'curl/8.5.0',
      'node',
      'Firefox',
      'Mozilla/5.0 (compatible; Googlebot/2.1)',
      'CUBOT',
      'Cubot Note',
    ],
    ...['a'.repeat(49), 'a'.repeat(50), 'GoogleWV', 'javax', 'news', 'ok; Java;'],
  ];
  for (const agent of agents) {
    assert.equal(isBot(agent), isbot(agent), agent);
    assert.equal(botName(agent) !== '', isbot(agent), agent);
  }
  for (const agent of ['', '-']) assert.equal(isBot(agent), true);
});
