import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { agentOf } from '../hit/agent.ts';
import { BOT_KINDS, botKind, botOperator } from './bot.ts';

for (const [userAgent, operator, kind] of [
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Google', 'search'],
  ['Googlebot-Image/1.0', 'Google', 'search'],
  ['AdsBot-Google (+http://www.google.com/adsbot.html)', 'Google', 'other'],
  [
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
    'OpenAI',
    'ai_training',
  ],
  [
    'Mozilla/5.0 (Macintosh) Chrome/131.0.0.0; compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot',
    'OpenAI',
    'ai_search',
  ],
  [
    'Mozilla/5.0 AppleWebKit/537.36; compatible; ChatGPT-User/1.0; +https://openai.com/bot',
    'OpenAI',
    'ai_assistant',
  ],
  [
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)',
    'Anthropic',
    'ai_training',
  ],
  [
    'Mozilla/5.0 (compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)',
    'Perplexity',
    'ai_search',
  ],
  [
    'meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)',
    'Meta',
    'ai_training',
  ],
  ['facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)', 'Meta', 'preview'],
  ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'Slack', 'preview'],
  ['Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)', 'UptimeRobot', 'monitor'],
  ['Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)', 'Pingdom', 'monitor'],
  ['Feedly/1.0 (+http://www.feedly.com/fetcher.html; 1 subscribers)', 'Feedly', 'feed'],
  ['Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)', 'Ahrefs', 'seo'],
  ['curl/8.11.0', 'Unknown', 'tool'],
  ['', 'Unknown', 'other'],
] as const) {
  test(`the bot "${userAgent.slice(0, 70)}" is operated by ${operator}, for ${kind}`, () => {
    const { bot } = agentOf(userAgent);
    assert.equal(botOperator(bot), operator, bot);
    assert.equal(botKind(bot), kind, bot);
  });
}

test('people have no operator or kind', () => {
  assert.equal(botOperator(''), '');
  assert.equal(botKind(''), '');
});

test('an unlisted bot has an unknown operator and the kind "other"', () => {
  for (const name of ['SomeNewBot', 'notgooglebot', 'constructor', '(unnamed)', '漢', '-googlebot']) {
    assert.equal(botOperator(name), 'Unknown', name);
    assert.equal(botKind(name), 'other', name);
  }
});

test('any name has an operator and a kind, whatever its case', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: anyCharacter, minLength: 1 }), fc.constantFrom('GPTBot x', 'curl')),
      (name) => {
        assert.notEqual(botOperator(name), '');
        assert.ok(BOT_KINDS.some((kind) => kind === botKind(name)));
        const upper = name.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
        assert.equal(botKind(upper), botKind(name));
      },
    ),
    { seed: 2, numRuns: rounds(1000, 250) },
  );
});
