import type { Alert } from '../api/answer-types.ts';
import { readable } from '../text/readable.ts';
import { format } from './preferences.ts';

/** Such as `More than 1,000 visitors in 5 minutes on example.com`. */
export function alertName({ metric, seconds, site, bound, threshold }: Alert): string {
  const thing = metric === 'hits' ? 'hit' : 'visitor';
  const than = bound === '>' ? 'More than' : 'Fewer than';
  const where = site === null ? 'all sites' : readable(site);
  return `${than} ${format.count(threshold, thing)} in ${format.window(seconds)} on ${where}`;
}
