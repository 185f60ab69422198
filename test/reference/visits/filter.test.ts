import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from './query.ts';
import { reference } from './reference.ts';
import { event, metricsOf, propsOf, signal, view } from './story.ts';

const CAMPAIGN = { source: 'letter', utmSource: 'letter' };

/** Ann comes from Google, and again by a letter within the visit; bob comes by a letter; cat from nowhere. */
const known = reference([
  view('ann', '10:00', '/', { source: 'Google' }),
  view('ann', '10:05', '/pricing', CAMPAIGN),
  event('ann', '10:06', 'signup', { path: '/pricing', ...propsOf({ plan: 'pro', seats: 5 }) }),
  view('bob', '11:00', '/pricing', CAMPAIGN),
  view('bob', '11:10', '/docs', { value: '19.90', currency: 'EUR' }),
  signal('bob', '11:20', '/docs', 60, 80),
  view('cat', '12:00', '/'),
]);

function chosen(...filters: Filter[]): unknown {
  return metricsOf(known, { metrics: ['visitors', 'visits', 'pageviews', 'events'], filters });
}

test('without filters all hits are chosen', () => {
  assert.deepEqual(chosen(), [3, 3, 5, 1]);
});

test('a source filter chooses whole visits, including later hits with another source', () => {
  assert.deepEqual(chosen(['is', 'source', ['Google']]), [1, 1, 2, 1]);
});

test('a source filter does not choose a visit in which only a later hit has that source', () => {
  assert.deepEqual(chosen(['is', 'source', ['letter']]), [1, 1, 2, 0]);
});

test('a page filter chooses hits of that page for pageviews, and whole visits for metrics of visits', () => {
  const metrics = ['pageviews', 'visits', 'views_per_visit', 'visit_duration'] as const;
  const filters: Filter[] = [['is', 'page', ['/pricing']]];
  // Two visits, of 360 and 1,200 seconds, with two page views each.
  assert.deepEqual(metricsOf(known, { metrics, filters }), [2, 2, 2, 780]);
});

test('a source filter and a page filter choose the hits of that page in visits from that source', () => {
  assert.deepEqual(chosen(['is', 'source', ['Google']], ['is', 'page', ['/pricing']]), [1, 1, 1, 1]);
});

test('two hit filters must be met by the same hit', () => {
  assert.deepEqual(chosen(['is', 'page', ['/']], ['is', 'page', ['/pricing']]), [0, 0, 0, 0]);
});

test('a page filter and has_done of another page choose visitors who saw both', () => {
  assert.deepEqual(chosen(['is', 'page', ['/']], ['has_done', ['is', 'page', ['/pricing']]]), [1, 1, 1, 0]);
});

test('a filter matches if any of its values does', () => {
  assert.deepEqual(chosen(['is', 'page', ['/', '/docs']]), [3, 3, 3, 0]);
});

test('an empty list of values chooses nothing', () => {
  assert.deepEqual(chosen(['is', 'page', []]), [0, 0, 0, 0]);
});

test('is_not of a page chooses hits of other pages, and visits with one', () => {
  // Ann's / and bob's /docs, and cat's /.
  assert.deepEqual(chosen(['is_not', 'page', ['/pricing']]), [3, 3, 3, 0]);
});

test('has_not_done chooses all hits of visitors who never did it', () => {
  assert.deepEqual(chosen(['has_not_done', ['is', 'page', ['/pricing']]]), [1, 1, 1, 0]);
});

test('has_done considers only the period', () => {
  const later = { from: '2026-05-04T12:00:00Z', to: '2026-05-05' };
  const hits = [view('ann', '10:00', '/a'), view('ann', '13:00', '/b'), view('bob', '13:00', '/a')];
  const filters: Filter[] = [['has_done', ['is', 'page', ['/a']]]];
  const { results } = reference(hits).query({ period: later, metrics: ['visitors'], filters });
  assert.deepEqual(results[0]!.metrics, [1]);
});

test('has_done chooses all visits of a visitor, not only the one in which it was done', () => {
  const hits = [view('ann', '10:00', '/a'), view('ann', '15:00', '/b'), view('bob', '15:00', '/b')];
  const filters: Filter[] = [
    ['is', 'page', ['/b']],
    ['has_done', ['is', 'page', ['/a']]],
  ];
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['visits', 'pageviews'], filters }), [1, 1]);
});

test('has_done on one site does not apply to another', () => {
  const other = { site: 'other.example' };
  const hits = [view('ann', '10:00', '/a'), view('ann', '10:00', '/b', other)];
  const filters: Filter[] = [['has_done', ['is', 'page', ['/a']]]];
  assert.deepEqual(
    metricsOf(reference(hits), { metrics: ['pageviews'], filters, site: 'other.example' }),
    [0],
  );
});

test('an unknown value is the empty string, which is_not matches', () => {
  assert.deepEqual(chosen(['is', 'source', ['']]), [1, 1, 1, 0]);
  assert.deepEqual(chosen(['is_not', 'source', ['Google']]), [2, 2, 3, 0]);
  assert.deepEqual(chosen(['is_not', 'prop:plan', ['pro']]), [3, 3, 5, 0]);
});

test('contains finds a substring, case-sensitively', () => {
  assert.deepEqual(chosen(['contains', 'page', ['ric']]), [2, 2, 2, 1]);
  assert.deepEqual(chosen(['contains', 'source', ['google']]), [0, 0, 0, 0]);
  assert.deepEqual(chosen(['contains_not', 'page', ['ric', 'docs']]), [2, 2, 2, 0]);
});

test('matches compares the whole value, and a star stands for any characters', () => {
  assert.deepEqual(chosen(['matches', 'page', ['/p*g']]), [2, 2, 2, 1]);
  assert.deepEqual(chosen(['matches', 'page', ['pricing']]), [0, 0, 0, 0]);
  assert.deepEqual(chosen(['matches_not', 'page', ['/*i*']]), [3, 3, 3, 0]);
});

test('"or" and "not" may be nested', () => {
  const google: Filter = ['is', 'source', ['Google']];
  assert.deepEqual(chosen(['or', [google, ['is', 'page', ['/docs']]]]), [2, 2, 3, 1]);
  assert.deepEqual(chosen(['not', ['or', [google, ['is', 'page', ['/docs']]]]]), [2, 2, 2, 0]);
});

test('a filter on a number of the visit chooses whole visits', () => {
  assert.deepEqual(chosen(['greater', 'visit_duration', [0]]), [2, 2, 4, 1]);
  assert.deepEqual(chosen(['at_least', 'visit_duration', [1200]]), [1, 1, 2, 0]);
  assert.deepEqual(chosen(['greater', 'visit_duration', [1200]]), [0, 0, 0, 0]);
  assert.deepEqual(chosen(['less', 'visit_pageviews', [2]]), [1, 1, 1, 0]);
  assert.deepEqual(chosen(['at_most', 'visit_events', [0]]), [2, 2, 3, 0]);
  assert.deepEqual(chosen(['at_least', 'visit_hits', [3]]), [1, 1, 2, 1]);
});

test('an unknown number is neither less nor greater than any', () => {
  assert.deepEqual(chosen(['at_least', 'scroll_depth', [50]]), [1, 1, 2, 0]);
  assert.deepEqual(chosen(['less', 'scroll_depth', [50]]), [0, 0, 0, 0]);
  assert.deepEqual(chosen(['not', ['less', 'scroll_depth', [50]]]), [3, 3, 5, 1]);
});

test('a filter on a number of the hit chooses hits, and visits with one', () => {
  assert.deepEqual(chosen(['at_least', 'value', [19.9]]), [1, 1, 1, 0]);
  assert.deepEqual(chosen(['greater', 'value', [19.9]]), [0, 0, 0, 0]);
  assert.deepEqual(chosen(['greater', 'prop:seats', [4]]), [1, 1, 0, 1]);
});

test('an exit page filter chooses whole visits', () => {
  assert.deepEqual(chosen(['is', 'exit_page', ['/docs']]), [1, 1, 2, 0]);
});

test('bots are excluded unless a filter names them', () => {
  const hits = [view('ann', '10:00', '/'), view('bot', '10:00', '/', { bot: 'GPTBot' })];
  const counted = (filters: Filter[]) => metricsOf(reference(hits), { metrics: ['hits'], filters });
  assert.deepEqual(counted([]), [1]);
  assert.deepEqual(counted([['is', 'bot_kind', ['ai_training']]]), [1]);
  assert.deepEqual(counted([['has_done', ['is', 'bot_kind', ['ai_training']]]]), [1]);
  assert.deepEqual(counted([['matches', 'bot', ['*']]]), [2]);
});

test('a status filter accepts a class of codes', () => {
  const hits = ['200', '404', '410'].map((status) => view('ann', '10:00', '/', { status: Number(status) }));
  const filters: Filter[] = [['is', 'status', ['4xx']]];
  assert.deepEqual(metricsOf(reference(hits), { metrics: ['hits'], filters }), [2]);
});

test('a signal neither matches as an event nor counts as done', () => {
  const hits = [view('ann', '09:59', '/a'), signal('ann', '10:01', '/a', 9), view('ann', '10:02', '/b')];
  const later = { from: '2026-05-04T10:00:00Z', to: '2026-05-05' };
  const counted = (filter: Filter) =>
    metricsOf(reference(hits), { period: later, metrics: ['hits'], filters: [filter] });
  assert.deepEqual(counted(['has_done', ['is', 'page', ['/a']]]), [0]);
  assert.deepEqual(
    metricsOf(reference(hits), { metrics: ['visits'], filters: [['is', 'event', ['engagement']]] }),
    [0],
  );
});
