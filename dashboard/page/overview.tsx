import { useEffect, useState } from 'preact/hooks';
import type { SitesAnswer } from '../api/answer-types.ts';
import type { Answer } from '../api/answers.ts';
import { addDays, localDate } from '../view/calendar.ts';
import { neighbour } from '../view/period.ts';
import { type Action, actionOf } from '../view/shortcut.ts';
import { show, showPeriod, view } from './address.ts';
import { ChartCard } from './chart-card.tsx';
import { now } from './clock.ts';
import { EventsCard } from './events-card.tsx';
import { Fault } from './fault.tsx';
import { FiltersBar } from './filters-bar.tsx';
import { FirstRun } from './first-run.tsx';
import { Header } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { NowCard } from './now-card.tsx';
import { RankingCard } from './ranking-card.tsx';
import { CARDS } from './rankings.ts';
import { UncountedCard } from './uncounted-card.tsx';

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
            <h1 class="hidden">{view.value.site || 'All sites'}</h1>
            <FiltersBar />
            <NowCard />
            {error && !data && !error.isPassing ? <Fault error={error} /> : <Cards />}
          </>
        )}
      </main>
      <footer class="bottom">
        <button type="button" class="quiet" onClick={() => setHelp(true)}>
          <kbd>?</kbd> Keys
        </button>
      </footer>
      {isHelp && <HelpDialog onClose={() => setHelp(false)} />}
    </>
  );
}

function Cards() {
  return (
    <>
      <ChartCard />
      <div class="cards">
        {CARDS.map((card) => (
          <RankingCard key={card.name} card={card} />
        ))}
        <EventsCard />
        <UncountedCard />
      </div>
    </>
  );
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
