import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { lazy } from './lazy.tsx';
import { Ranked } from './ranked.tsx';
import type { RankingCard as Card } from './rankings.ts';
import { Tabs } from './tabs.tsx';

export const MoreDialog = lazy(() => import('./more-dialog.tsx').then((module) => module.MoreDialog));

/** Rows of a card. */
export const ROWS = 9;

/** A card of rankings, one of which is shown. */
export function RankingCard({ card }: { readonly card: Card }) {
  const [tab, setTab] = useState(0);
  const [isMore, setMore] = useState(false);
  const ranking = card.rankings[tab]!;
  return (
    <section class="card" aria-label={card.name}>
      <Tabs
        name={card.name}
        tabs={card.rankings.map(({ name }) => name)}
        chosen={tab}
        onChoose={setTab}
        tools={<MoreButton name={ranking.name} onClick={() => setMore(true)} />}
      >
        <Ranked key={ranking.name} ranking={ranking} limit={ROWS} />
      </Tabs>
      {isMore && <MoreDialog ranking={ranking} onClose={() => setMore(false)} />}
    </section>
  );
}

export function MoreButton({ name, onClick }: { readonly name: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="quiet more" aria-label={`All ${name.toLowerCase()}`} onClick={onClick}>
      <Icon name="expand" />
    </button>
  );
}
