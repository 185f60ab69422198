import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { patience } from '../../test/fixtures/patience.ts';
import { Sites, siteName } from './site.ts';
import { SiteProbation } from './site-probation.ts';

describe('the site of a host', () => {
  for (const [host, site] of [
    ['example.com', 'example.com'],
    ['Example.COM', 'example.com'],
    ['example.com:8080', 'example.com'],
    ['example.com.', 'example.com'],
    ['EXAMPLE.com.:443', 'example.com'],
    [' example.com ', 'example.com'],
    ['localhost', 'localhost'],
    ['localhost:5000', 'localhost'],
    ['my_app.internal', 'my_app.internal'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example.:443', 'xn--bcher-kva.example'],
    ['متجر.example', 'xn--pgbep1f.example'],
    ['例え.jp', 'xn--r8jz45g.jp'],
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:80', '192.0.2.1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:DB8::1]:8080', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1', '::1'],
    [`${'a.'.repeat(126)}a`, `${'a.'.repeat(126)}a`],
  ] as const) {
    test(`${host.slice(0, 30)} is ${site.slice(0, 30)}`, () => assert.equal(siteName(host), site));
  }

  for (const [what, hosts] of [
    ['for punctuation', ['', ' ', '.', '..', ':', ':80', '-', '*', '[', '[]', '[..]', ':::']],
    [
      'for labels that are empty, too long or begin with a dash',
      ['-a.com', 'a..b', '.a', 'a.com..', 'x'.repeat(64)],
    ],
    [
      'for URLs and their parts',
      ['http://a.com', 'a.com/', 'user@a.com', 'a.com?b', 'a.com:80:80', 'a.com:x'],
    ],
    ['for paths', ['../etc/passwd', 'a/b', 'a\\b', '%2e%2e']],
    ['for texts that would break out of markup or SQL', ['<b>', "a'b", 'a"b', '{a}', 'a b', 'a;b']],
    ['for control characters and lone surrogates', ['a\u0000b', 'a\nb', 'a\u001b[31m', '\ud800']],
    [
      'for URLs, paths and markup in names that are not ASCII',
      [
        'ä/b',
        'ä.example/path',
        'http://ä.example',
        'ä?b',
        'ä#b',
        'ä@b',
        'ä b',
        'ä<b>',
        'ä%2fb',
        'ä\\b',
        'ä／b',
        'ä\u0000b',
      ],
    ],
    [
      'for names whose ASCII form is no host name',
      [
        '\u00ad',
        'ä..b',
        'xn--ä.example',
        `${'ä'.repeat(63)}.example`,
        `${'ä.'.repeat(126)}a`,
        'ä\ud800.example',
      ],
    ],
    [
      'for what only looks like IPv6',
      ['[::1', '::1]', '[123]', '[::g]', '[::1%eth0]', 'fe80::1%eth0', 'a:b:c'],
    ],
    ['for more than 253 characters', [`${'a.'.repeat(127)}a`, 'a.'.repeat(5000)]],
  ] as const) {
    test(`is empty ${what}`, () => {
      for (const host of hosts) assert.equal(siteName(host), '', JSON.stringify(host));
    });
  }

  test('is found in a host of megabytes before the test times out', {
    timeout: patience(20_000),
  }, () => {
    for (const piece of ['a', 'a.', '.', ':', '-', '[', ' ', '1:', 'a-']) {
      assert.equal(siteName(piece.repeat(2 ** 22)), '');
    }
  });
});

/** Whether a hit from a client is admitted. */
function isAdmitted(sites: Sites, host: string, client = '192.0.2.1'): boolean {
  const named = sites.nameOf(host);
  return 'site' in named && sites.admit(named.site, client);
}

describe('the sites that are counted', () => {
  test('are all sites if there is no list', () => {
    const sites = new Sites({ max: 10 });
    assert.deepEqual(sites.nameOf('Example.com:8080'), { site: 'example.com' });
    assert.deepEqual(sites.nameOf('example.org'), { site: 'example.org' });
    for (const host of ['Example.com:8080', 'example.org']) assert.ok(isAdmitted(sites, host));
  });

  test('are only those on the list, however they are written', () => {
    const sites = new Sites({ allowed: ['Example.com', 'b.example:80', '[::1]'], max: 1 });
    for (const host of ['example.com', 'EXAMPLE.COM.', 'example.com:99', 'b.example', '[::1]:5000'])
      assert.ok(isAdmitted(sites, host), host);
    assert.deepEqual(sites.nameOf('[::1]:5000'), { site: '::1' });
    for (const host of ['example.org', 'sub.example.com', 'notexample.com', 'com']) {
      assert.deepEqual(sites.nameOf(host), { reason: 'site_not_allowed' });
    }
  });

  test('never include an invalid host name, listed or not', () => {
    for (const sites of [new Sites({ max: 10 }), new Sites({ allowed: ['a.com'], max: 10 })]) {
      for (const host of ['', '../etc/passwd', 'a b', '\u0000']) {
        assert.deepEqual(sites.nameOf(host), { reason: 'invalid' });
      }
    }
  });

  test('are at most the maximum, and the first ones stay', () => {
    const sites = new Sites({ max: 2 });
    const hosts = ['a.com', 'b.com', 'c.com', 'a.com', 'B.com:80', 'c.com'];
    assert.deepEqual(
      hosts.map((host) => isAdmitted(sites, host)),
      [true, true, false, true, true, false],
    );
  });

  test('include those of an earlier run, even if they exceed the maximum', () => {
    const sites = new Sites({ max: 1 });
    sites.remember({ claimed: ['a.com'], unclaimed: ['b.com'] });
    const hosts = ['a.com', 'b.com', 'c.com'];
    assert.deepEqual(
      hosts.map((host) => isAdmitted(sites, host)),
      [true, true, false],
    );
  });

  test('of an earlier run keep their places, also if the store names them only after new ones came', () => {
    const sites = new Sites({ max: 3 });
    for (const host of ['new.com', 'b.com', 'a.com']) assert.ok(isAdmitted(sites, host));
    sites.remember({ claimed: ['a.com'], unclaimed: ['b.com'] });
    // a.com counts once, and new.com is the newest.
    assert.ok(!isAdmitted(sites, 'd.com'));
    sites.claim('c.com');
    const hosts = ['a.com', 'b.com', 'c.com', 'new.com'];
    assert.deepEqual(
      hosts.map((host) => isAdmitted(sites, host)),
      [true, true, true, false],
    );
  });

  test('never exceed the maximum, even if more names are tried than are remembered', () => {
    const sites = new Sites({ max: 3 });
    let admitted = 0;
    for (let i = 0; i < 30_000; i++) if (isAdmitted(sites, `s${i}.example`)) admitted++;
    assert.equal(admitted, 3);
    assert.ok(isAdmitted(sites, 's0.example'));
  });
});

describe('a site beyond the maximum', () => {
  /** Sites without a free place: made-up names have all of them. */
  function occupied(isClaimed?: (site: string) => boolean): Sites {
    const sites = new Sites({ max: 5, isClaimed });
    for (let i = 0; i < 100; i++) isAdmitted(sites, `made-up-${i}.example`, '203.0.113.66');
    assert.ok(!isAdmitted(sites, 'made-up-5.example', '203.0.113.66'));
    return sites;
  }

  test('gets the place of the newest unclaimed one if a token sends it, or a definition or an import names it', () => {
    const claimed = new Set<string>();
    const sites = occupied((site) => claimed.has(site));
    assert.ok(!isAdmitted(sites, 'real.example'));
    assert.ok(sites.admit('real.example', ''));
    assert.ok(isAdmitted(sites, 'real.example'));
    claimed.add('defined.example');
    assert.ok(isAdmitted(sites, 'defined.example'));
    sites.claim('imported.example');
    assert.ok(isAdmitted(sites, 'imported.example'));
    const left = [0, 1, 2, 3, 4].filter((i) => isAdmitted(sites, `made-up-${i}.example`));
    assert.deepEqual(left, [0, 1]);
    // As many as are claimed, even beyond the maximum.
    for (let i = 0; i < 10; i++) sites.claim(`own-${i}.example`);
    for (let i = 0; i < 10; i++) assert.ok(isAdmitted(sites, `own-${i}.example`));
    assert.ok(!isAdmitted(sites, 'made-up-0.example'));
  });

  test('gets one if clients of several networks visit it, and no other one does by their number', () => {
    const sites = occupied();
    const visits = (clients: readonly string[]) =>
      clients.map((client) => isAdmitted(sites, 'real.example', client));
    assert.deepEqual(
      visits(['2001:db8:1:1::/64', '2001:db8:1:2::/64', '2001:db8:1:3::/64', '192.0.2.1', '192.0.2.1']),
      [false, false, false, false, false],
    );
    assert.deepEqual(visits(['192.0.2.2', '192.0.2.1']), [true, true]);
    // With all places claimed by visitors, another one must be claimed explicitly.
    for (let i = 0; i < 4; i++) {
      const site = `other-${i}.example`;
      assert.ok([1, 2, 3].map((host) => isAdmitted(sites, site, `192.0.2.${host}`)).includes(true));
    }
    assert.ok(
      ![1, 2, 3, 4].map((host) => isAdmitted(sites, 'late.example', `192.0.2.${host}`)).includes(true),
    );
    assert.ok(!sites.admit('late.example', ''));
    sites.claim('late.example');
    assert.ok(isAdmitted(sites, 'late.example'));
  });

  test('is not forgotten while a sender of made-up names adds more than are kept', () => {
    const probation = new SiteProbation(100);
    assert.ok(!probation.visit('real.example', '192.0.2.1'));
    for (let i = 0; i < 10_000; i++) probation.visit(`made-up-${i}.example`, '203.0.113.66');
    assert.ok(!probation.visit('real.example', '192.0.2.2'));
    assert.equal(probation.size, 100);
    assert.ok(probation.visit('real.example', '192.0.2.3'));
    assert.equal(probation.size, 99);
  });
});
