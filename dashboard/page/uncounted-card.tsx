import { useState } from 'preact/hooks';
import { useFirstTab } from './first-tab.ts';
import { lazy } from './lazy.tsx';
import { Ranked } from './ranked.tsx';
import { MoreButton, MoreDialog, ROWS } from './ranking-card.tsx';
import { BOTS } from './rankings.ts';
import { RowsSkeleton } from './table.tsx';
import { Tabs } from './tabs.tsx';

const DroppedHits = lazy(
  () => import('./dropped-hits.tsx').then((module) => module.DroppedHits),
  <RowsSkeleton />,
);

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
