import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { needsOf } from './needs.ts';
import type { Filter, Goal, Metric, Query } from './query.ts';

const SCROLL: Goal = {
  site: 'a.example',
  name: 'read',
  action: { kind: 'scroll', page: '/blog/*', depth: 75 },
};

function needs(metric: Metric, query: Partial<Query> = {}): string {
  const usual = { metrics: [metric], dimensions: [], filters: [], goals: [], goal: undefined };
  const { hits, visits } = needsOf(metric, { ...usual, ...query });
  return [...(hits ? ['hits'] : []), ...(visits ? ['visits'] : [])].join(' and ');
}

describe('a metric', () => {
  test('is counted from hits alone, unless something is about visits', () => {
    assert.equal(needs('visitors'), 'hits');
    assert.equal(needs('hits', { dimensions: ['time:day', 'site', 'page'] }), 'hits');
    assert.equal(needs('sum:prop:revenue', { goals: [SCROLL] }), 'hits');
    assert.equal(needs('revenue', { goals: [SCROLL] }), 'hits');
    assert.equal(needs('visitors', { dimensions: ['source'] }), 'hits and visits');
    assert.equal(
      needs('visitors', { filters: [['not', ['greater', 'visit_hits', [1]]]] }),
      'hits and visits',
    );
    assert.equal(needs('scroll_depth'), 'hits and visits');
    assert.equal(needs('hits', { metrics: ['hits', 'scroll_depth'] }), 'hits and visits');
  });

  test('is counted from visits alone, unless something is about hits', () => {
    assert.equal(needs('visits'), 'visits');
    assert.equal(needs('bounce_rate', { dimensions: ['time:day', 'source'] }), 'visits');
    assert.equal(needs('visits', { dimensions: ['page'] }), 'hits and visits');
    assert.equal(
      needs('visits', { filters: [['has_done', ['is', 'source', ['Google']]]] }),
      'hits and visits',
    );
  });

  test('of conversions needs visits only if a goal is about scroll depth', () => {
    assert.equal(needs('conversions', { goals: [SCROLL] }), 'hits and visits');
    assert.equal(needs('revenue', { goals: [SCROLL], goal: 'read' }), 'hits and visits');
    assert.equal(
      needs('conversions', { goals: [{ ...SCROLL, action: { kind: 'page', page: '/' } }] }),
      'hits',
    );
  });

  test('needs visits for has_done if that is about visits', () => {
    const did = (filter: Filter): Partial<Query> => ({ filters: [['or', [['has_not_done', filter]]]] });
    assert.equal(needs('hits', did(['is', 'page', ['/']])), 'hits');
    assert.equal(needs('hits', did(['is', 'source', ['Google']])), 'hits and visits');
    assert.equal(needs('hits', did(['has_done', ['is', 'source', ['Google']]])), 'hits and visits');
    assert.equal(needs('hits', { ...did(['is', 'goal', ['read']]), goals: [SCROLL] }), 'hits and visits');
  });
});
