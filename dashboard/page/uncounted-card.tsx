import { useState } from 'preact/hooks';
import { DROP_RULES } from '../../src/hit/drop-reason.ts';
import type { Drops } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { Fault } from './fault.tsx';
import { useFirstTab } from './first-tab.ts';
import { format } from './preferences.ts';
import { Ranked } from './ranked.tsx';
import { MoreButton, MoreDialog, ROWS } from './ranking-card.tsx';
import { BOTS } from './rankings.ts';
import { RowsSkeleton } from './table.tsx';
import { Tabs } from './tabs.tsx';

/** Hits that were not counted, and why. */
export function UncountedCard() {
  const { tab, choose, onEmpty } = useFirstTab(2);
  const [isMore, setMore] = useState(false);
  return (
    <section class="card" aria-label="Excluded">
      <Tabs
        name="Excluded"
        tabs={['Bots', 'Dropped hits']}
        chosen={tab}
        onChoose={choose}
        tools={tab === 0 && <MoreButton name="Bots" onClick={() => setMore(true)} />}
      >
        {tab === 0 ? <Ranked ranking={BOTS} limit={ROWS} onEmpty={onEmpty} /> : <DroppedHits />}
      </Tabs>
      {isMore && <MoreDialog ranking={BOTS} onClose={() => setMore(false)} />}
    </section>
  );
}

function DroppedHits() {
  const { data, error } = useAnswer<Drops>('/api/v1/drops');
  if (!data) return error ? <Fault error={error} /> : <RowsSkeleton />;
  const dropped = data.drops.filter(({ hits }) => hits > 0).toSorted((a, b) => b.hits - a.hits);
  if (dropped.length === 0) return <p class="nothing">No hits dropped since {format.moment(data.since)}.</p>;
  const most = dropped[0]!.hits;
  return (
    <div class="rows two">
      <div class="row-head" aria-hidden="true">
        <span>Reason</span>
        <span>Hits</span>
      </div>
      <ol>
        {dropped.map(({ reason, hits }) => (
          <li key={reason} class="row" style={{ '--length': hits / most }}>
            <span class="bar" />
            {/* A page that is older than its server may not know the reason. */}
            <span class="value">{DROP_RULES[reason]?.label ?? reason}</span>
            <span class="number">{format.short(hits)}</span>
          </li>
        ))}
      </ol>
      <p class="quiet-text note">All sites, since {format.moment(data.since)}.</p>
    </div>
  );
}
