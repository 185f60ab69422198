import { HitError } from '../../errors.ts';
import { printable } from '../../schema/printable.ts';
import { unknownName } from '../../schema/suggestion.ts';
import type { Filter } from '../engine/query.ts';
import { readList, readText } from '../language/json-values.ts';
import { LIMITS } from '../language/limits.ts';
import { readSites } from '../language/scope-reader.ts';

/** Filters of a site that have a name. */
export interface Segment {
  readonly name: string;
  readonly filters: readonly Filter[];
}

/**
 * A query with the filters of the segment that it names, after its own, so that messages count these as they were written.
 * Other queries are returned as they are, whatever is wrong with them.
 *
 * @param query JSON of `POST /api/v1/query`, or of funnels, journeys and retention
 * @param segmentsOf the segments of a site
 * @throws HitError `invalid` for an unknown segment, with a suggestion, or if the query is not about exactly one site
 * @example
 * const segmentsOf = () => [{ name: 'abroad', filters: [['is_not', 'country', ['DE']]] }];
 * withSegment({ site: 'a.com', segment: 'abroad', period: '30d', metrics: ['visits'] }, segmentsOf);
 * // { site: 'a.com', period: '30d', metrics: ['visits'], filters: [['is_not', 'country', ['DE']]] }
 */
export function withSegment(query: unknown, segmentsOf: (site: string) => readonly Segment[]): unknown {
  if (typeof query !== 'object' || query === null || Array.isArray(query)) return query;
  const { segment, ...rest } = query as Readonly<Record<string, unknown>>;
  if (segment === undefined || segment === null) return query;
  const name = readText('segment', segment);
  const [site, ...others] = readSites(rest.site ?? undefined);
  if (site === undefined || others.length > 0) {
    throw new HitError(
      'invalid',
      `segment "${printable(name)}": a segment belongs to one site, so set site to that one`,
    );
  }
  const known = segmentsOf(site);
  const found = known.find((each) => each.name === name);
  if (!found) {
    if (known.length === 0)
      throw new HitError('invalid', `segment "${printable(name)}" is unknown: ${site} has no segments`);
    throw unknownName(
      'segment',
      name,
      known.map((each) => each.name),
    );
  }
  return { ...rest, filters: [...readList('filters', rest.filters ?? [], LIMITS.leaves), ...found.filters] };
}
