import type { SitesAnswer } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { isStart } from './address.ts';
import { lazy } from './lazy.tsx';
import { Overview } from './overview.tsx';

const SitesPage = lazy(() => import('../sites/sites-page.tsx').then((module) => module.SitesPage));

/** The list of all sites, unless there is only one or the address names a view; then the figures of that. */
export function Home() {
  const answer = useAnswer<SitesAnswer>('/api/v1/sites');
  const { data, error } = answer;
  if (!isStart.value) return <Overview sites={answer} />;
  if (!data) return error ? <Overview sites={answer} /> : null;
  return data.sites.length > 1 ? <SitesPage sites={data.sites} /> : <Overview sites={answer} />;
}
