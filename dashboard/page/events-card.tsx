import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { propsQuery } from '../api/queries.ts';
import { view } from './address.ts';
import { now } from './clock.ts';
import { Fault } from './fault.tsx';
import { Menu } from './menu.tsx';
import { Ranked } from './ranked.tsx';
import { MoreButton, MoreDialog, ROWS } from './ranking-card.tsx';
import { EVENTS, propRanking } from './rankings.ts';
import { RowsSkeleton } from './table.tsx';
import { Tabs } from './tabs.tsx';

interface Props {
  readonly props: readonly { readonly key: string; readonly hits: number }[];
}

/** Events and their properties. */
export function EventsCard() {
  const [tab, setTab] = useState(0);
  const [key, setKey] = useState<string>();
  const [isMore, setMore] = useState(false);
  const isProps = tab === 1;
  const { data, error } = useAnswer<Props>(isProps ? propsQuery(view.value, now.value) : undefined);
  const keys = data?.props ?? [];
  const shown = keys.find((each) => each.key === key)?.key ?? keys[0]?.key;
  const ranking = isProps ? (shown === undefined ? undefined : propRanking(shown)) : EVENTS;
  const choice = isProps && shown !== undefined && (
    <Menu
      name={`Property: ${shown}`}
      label={<bdi class="short">{shown}</bdi>}
      choices={keys.map((each) => ({ value: each.key, label: <bdi class="short">{each.key}</bdi> }))}
      chosen={shown}
      onChoose={setKey}
      isQuiet
    />
  );
  return (
    <section class="card" aria-label="Events">
      <Tabs
        name="Events"
        tabs={['Events', 'Properties']}
        chosen={tab}
        onChoose={setTab}
        tools={
          <>
            {choice}
            {ranking && <MoreButton name={ranking.name} onClick={() => setMore(true)} />}
          </>
        }
      >
        {ranking ? (
          <Ranked key={ranking.by} ranking={ranking} limit={ROWS} />
        ) : error ? (
          <Fault error={error} />
        ) : data ? (
          <p class="nothing">
            {"No event of this period has properties. hit('signup', { plan: 'pro' }) sends one."}
          </p>
        ) : (
          <RowsSkeleton />
        )}
      </Tabs>
      {isMore && ranking && <MoreDialog ranking={ranking} onClose={() => setMore(false)} />}
    </section>
  );
}
