import { useEffect, useState } from 'preact/hooks';
import type { SitesAnswer } from '../api/answer-types.ts';
import type { Answer } from '../api/answers.ts';
import { session } from '../api/session.ts';
import { capital } from '../text/format.ts';
import { readable } from '../text/readable.ts';
import { addDays, localDate } from '../view/calendar.ts';
import { neighbour } from '../view/period.ts';
import { type Action, actionOf } from '../view/shortcut.ts';
import { TABS, viewQuery } from '../view/view.ts';
import { show, showPeriod, view } from './address.ts';
import { ChartCard } from './chart-card.tsx';
import { now } from './clock.ts';
import { EventsCard } from './events-card.tsx';
import { Fault } from './fault.tsx';
import { FiltersBar } from './filters-bar.tsx';
import { Header } from './header.tsx';
import { lazy } from './lazy.tsx';
import { Link } from './link.tsx';
import { NowCard } from './now-card.tsx';
import { RankingCard } from './ranking-card.tsx';
import { CARDS, type RankingCard as Card } from './rankings.ts';
import { RequestsCard } from './requests-card.tsx';
import { UncountedCard } from './uncounted-card.tsx';

const ActiveAlerts = lazy<{ site: string }>(() =>
  import('./active-alerts.tsx').then((module) => module.ActiveAlerts),
);
const Funnels = lazy(() => import('../visits/funnels.tsx').then((module) => module.Funnels));
const Journeys = lazy(() => import('../visits/journeys.tsx').then((module) => module.Journeys));
const Retention = lazy(() => import('../visits/retention.tsx').then((module) => module.Retention));
const HelpDialog = lazy<{ onClose: () => void }>(() =>
  import('./help-dialog.tsx').then((module) => module.HelpDialog),
);
const FirstRun = lazy(() => import('./first-run.tsx').then((module) => module.FirstRun));

/** The figures of a view. */
export function Overview({ sites: { data, error } }: { readonly sites: Answer<SitesAnswer> }) {
  const [isHelp, setHelp] = useState(false);
  const sites = data?.sites;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      const action = actionOf(event);
      if (action === undefined) return;
      event.preventDefault();
      if (action === 'help') setHelp(true);
      else act(action);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  const isFirstRun = sites?.length === 0;
  return (
    <>
      <Header sites={sites ?? []} isFirstRun={isFirstRun} />
      <main class="page">
        {isFirstRun ? (
          <FirstRun />
        ) : (
          <>
            <h1 class="hidden">{readable(view.value.site) || 'All sites'}</h1>
            <TabsBar />
            <FiltersBar />
            {session.value?.admin && <ActiveAlerts site={view.value.site} />}
            {error && !data && !error.isPassing ? <Fault error={error} /> : <TabPanel />}
          </>
        )}
      </main>
      <footer class="bottom">
        <button type="button" class="quiet" onClick={() => setHelp(true)}>
          <kbd>?</kbd> Keyboard shortcuts
        </button>
      </footer>
      {isHelp && <HelpDialog onClose={() => setHelp(false)} />}
    </>
  );
}

/** The views of a site: all metrics, funnels, journeys, or retention. */
function TabsBar() {
  const { tab } = view.value;
  return (
    <nav class="views" aria-label="Views">
      {TABS.map((each) => (
        <Link
          key={each}
          to={`/dashboard${viewQuery({ ...view.value, tab: each, details: {} })}`}
          {...(each === tab && { current: true })}
        >
          {capital(each)}
        </Link>
      ))}
    </nav>
  );
}

function TabPanel() {
  const { tab, site } = view.value;
  // A different site has different funnels and pages.
  if (tab === 'funnels') return <Funnels key={site} />;
  if (tab === 'journeys') return <Journeys key={site} />;
  return tab === 'retention' ? <Retention /> : <Cards />;
}

function Cards() {
  return (
    <>
      <NowCard />
      <ChartCard />
      <div class="cards">
        <div>
          <RankingCards cards={CARDS[0]} />
          <EventsCard />
        </div>
        <div>
          <RankingCards cards={CARDS[1]} />
          <RequestsCard />
          <UncountedCard />
        </div>
      </div>
    </>
  );
}

function RankingCards({ cards }: { readonly cards: readonly Card[] }) {
  return cards.map((card) => <RankingCard key={card.name} card={card} />);
}

function act(action: Exclude<Action, 'help'>): void {
  const { period, compare } = view.value;
  if (action === 'compare') show({ compare: compare === 'none' ? 'previous' : 'none' });
  else if (action === 'clear') show({ filters: [] });
  else if (action === 'yesterday') showPeriod({ kind: 'day', date: addDays(localDate(now.value), -1) });
  else if ('period' in action) showPeriod({ kind: action.period });
  else {
    const next = neighbour(period, action.step, now.value);
    if (next) showPeriod(next);
  }
}

/** Whether the focused element handles keys itself. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [role=menu]') !== null;
}
