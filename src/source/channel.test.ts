import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { type Channel, channelOf } from './channel.ts';

/** Source, medium, campaign and click id, as far as they are given; the rest is ''. */
type Way = readonly [source: string, medium?: string, campaign?: string, click?: string];

const channel = ([source, medium = '', campaign = '', click = '']: Way) =>
  channelOf({ source, medium, campaign, click });

describe('a visit', () => {
  const ways: Readonly<Record<Channel, readonly Way[]>> = {
    Direct: [[''], ['(direct)', '(none)'], ['', '(not set)'], ['direct', '']],
    'Cross-network': [
      ['google', 'cpc', 'Summer Cross-Network'],
      ['google', 'cross-network'],
    ],
    'Paid Shopping': [
      ['idealo.de', 'cpc'],
      ['google', 'cpc', 'shopping-feed'],
      ['google.com', '', 'eshop', 'gclid'],
    ],
    'Paid Search': [
      ['google', 'cpc'],
      ['www.google.co.uk', 'CPC'],
      ['bing', 'paidsearch'],
      ['google.com', '', '', 'gclid'],
      ['', '', '', 'gbraid'],
      ['bing.com', '', '', 'msclkid'],
      ['adwords'],
      ['yandex.ru', '', '', 'yclid'],
    ],
    'Paid Social': [
      ['fb', 'paid_social'],
      ['facebook', 'ppc'],
      ['fb_ads'],
      ['instagram', 'cpm'],
      ['', '', '', 'ttclid'],
      ['linkedin.com', '', '', 'li_fat_id'],
    ],
    'Paid Video': [['youtube', 'cpv-cpc'], ['yt-ads']],
    Display: [
      ['news.example', 'display'],
      ['partner', 'cpm'],
      ['googleads.g.doubleclick.net'],
      ['', '', '', 'dclid'],
    ],
    'Paid Other': [
      ['partner', 'cpc'],
      ['partner', 'retargeting'],
      ['chatgpt', 'cpc'],
    ],
    'AI Assistants': [
      ['chatgpt.com'],
      ['claude.ai'],
      ['perplexity'],
      ['copilot.microsoft.com'],
      ['blog.example', 'ai-assistant'],
    ],
    'Organic Shopping': [
      ['amazon.de'],
      ['partner', 'link', 'shop-opening'],
      ['newsletter', 'email', 'shop-opening'],
    ],
    'Organic Social': [
      ['l.facebook.com'],
      ['t.co'],
      ['news.ycombinator.com'],
      ['partner', 'social-media'],
      ['facebook.com', '', '', 'fbclid'],
      ['', '', '', 'fbclid'],
    ],
    'Organic Video': [['youtu.be'], ['partner', 'video-intro']],
    'Organic Search': [
      ['google.com'],
      ['duckduckgo.com'],
      ['google', 'organic'],
      ['com.google.android.googlequicksearchbox'],
    ],
    Referral: [
      ['blog.example.org'],
      ['partner', 'link'],
      ['partner', 'whatever'],
      ['docs.google.com'],
      ['gmail', 'referral'],
    ],
    Email: [
      ['mail.google.com'],
      ['newsletter'],
      ['partner', 'e-mail'],
      ['e_mail', 'x'],
      ['', '', '', 'mc_cid'],
    ],
    Affiliates: [['partner', 'affiliate'], ['awin1.com']],
    Audio: [['partner', 'audio']],
    SMS: [['sms'], ['partner', 'sms']],
    'Mobile Push Notifications': [
      ['firebase'],
      ['app-x', 'web-push'],
      ['app-x', 'notification'],
      ['app-x', 'mobile'],
    ],
    Unassigned: [
      ['', 'whatever'],
      ['', '', 'spring'],
    ],
  };
  for (const [name, each] of Object.entries(ways)) {
    test(`has the channel ${name} for ${each.map((way) => way.filter(Boolean).join(' + ') || 'nothing').join(', ')}`, () => {
      for (const way of each) assert.equal(channel(way), name, way.join(' + '));
    });
  }

  test('is not shopping if "shop" is the end of another word of the campaign', () => {
    for (const campaign of ['workshop', 'photoshop', 'bishops'])
      assert.equal(channel(['google', '', campaign]), 'Organic Search');
    for (const campaign of ['shop', 'my shop', 'pre-shop', '2shop', 'eshop', 'window shopping', 'éshop']) {
      assert.equal(channel(['google', '', campaign]), 'Organic Shopping', campaign);
    }
  });

  test('has exactly one channel, in any letter case and with any texts', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom('google', 'Social', 'CPC', 'shop', 'push', '', 'gclid'),
    );
    fc.assert(
      fc.property(text, text, text, text, (source, medium, campaign, click) => {
        const upper = (each: string) => each.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
        const found = channel([source, medium, campaign, click]);
        assert.notEqual(found, '');
        assert.equal(channel([upper(source), upper(medium), upper(campaign), click]), found);
      }),
      { seed: 3, numRuns: rounds(2000, 500) },
    );
  });

  test('with megabytes of text is classified before the test times out', {
    timeout: scaledTimeout(20_000),
  }, () => {
    for (const piece of ['shop', 'sho', 'cross-network', 'a', 'c', 'cp', '-']) {
      const long = piece.repeat(2 ** 21 / piece.length);
      assert.notEqual(channel([long, long, long, long]), '');
    }
  });
});
