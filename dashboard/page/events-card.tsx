import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { propsQuery } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { view } from './address.ts';
import { now } from './clock.ts';
import { Fault } from './fault.tsx';
import { Icon } from './icon.tsx';
import { lazy } from './lazy.tsx';
import { Menu } from './menu.tsx';
import { Ranked } from './ranked.tsx';
import { MoreButton, MoreDialog, ROWS } from './ranking-card.tsx';
import { EVENTS, GOALS, propRanking } from './rankings.ts';
import { RowsSkeleton } from './table.tsx';
import { Tabs } from './tabs.tsx';

interface Props {
  readonly props: readonly { readonly key: string; readonly hits: number }[];
}

const GoalsDialog = lazy<{ site: string; onClose: () => void }>(() =>
  import('../visits/goals-dialog.tsx').then((module) => module.GoalsDialog),
);

/** Goals, events, and the properties of events. */
export function EventsCard() {
  const [tab, setTab] = useState(0);
  const [key, setKey] = useState<string>();
  const [isMore, setMore] = useState(false);
  const isProps = tab === 2;
  const [isEditing, setEditing] = useState(false);
  const mayEdit = tab === 0 && view.value.site !== '' && session.value?.admin === true;
  const { data, error } = useAnswer<Props>(isProps ? propsQuery(view.value, now.value) : undefined);
  const keys = data?.props ?? [];
  const shown = keys.find((each) => each.key === key)?.key ?? keys[0]?.key;
  const ranking = isProps
    ? shown === undefined
      ? undefined
      : propRanking(shown)
    : tab === 0
      ? GOALS
      : EVENTS;
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
        tabs={['Goals', 'Events', 'Properties']}
        chosen={tab}
        onChoose={setTab}
        tools={
          <>
            {choice}
            {mayEdit && (
              <button
                type="button"
                class="quiet more"
                aria-label="Edit goals"
                onClick={() => setEditing(true)}
              >
                <Icon name="plus" />
              </button>
            )}
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
            {"No properties in this period. Call hit('signup', { plan: 'pro' }) on a page to send one."}
          </p>
        ) : (
          <RowsSkeleton />
        )}
      </Tabs>
      {isEditing && <GoalsDialog site={view.value.site} onClose={() => setEditing(false)} />}
      {isMore && ranking && <MoreDialog ranking={ranking} onClose={() => setMore(false)} />}
    </section>
  );
}
