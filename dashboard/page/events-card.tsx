import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { propsQuery } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { view } from './address.ts';
import { now } from './clock.ts';
import { Fault } from './fault.tsx';
import { useFirstTab } from './first-tab.ts';
import { Icon } from './icon.tsx';
import { lazy } from './lazy.tsx';
import { Menu } from './menu.tsx';
import { Ranked } from './ranked.tsx';
import { MoreButton, MoreDialog, ROWS } from './ranking-card.tsx';
import { DOWNLOADS, EVENTS, GOALS, OUTBOUND, propRanking } from './rankings.ts';
import { RowsSkeleton } from './table.tsx';
import { Tabs } from './tabs.tsx';

interface Props {
  readonly props: readonly { readonly key: string; readonly hits: number }[];
}

const GoalsDialog = lazy<{ site: string; onClose: () => void }>(() =>
  import('../visits/goals-dialog.tsx').then((module) => module.GoalsDialog),
);

const NO_PROPS = "No properties in this period. Call hit('signup', { plan: 'pro' }) on a page to send one.";
const TABS = [GOALS, EVENTS, undefined, OUTBOUND, DOWNLOADS] as const;
/** Goals and events: without events, there are none of the others either. */
const FIRST_TABS = 2;
const NAMES = TABS.map((ranking) => ranking?.name ?? 'Properties');

/** Goals, events and their properties, outbound links, and downloads. */
export function EventsCard() {
  const { tab, choose, onEmpty } = useFirstTab(FIRST_TABS);
  const [key, setKey] = useState<string>();
  const [isMore, setMore] = useState(false);
  const [isEditing, setEditing] = useState(false);
  const isProps = TABS[tab] === undefined;
  const mayEdit = TABS[tab] === GOALS && view.value.site !== '' && session.value?.admin === true;
  const { data, error } = useAnswer<Props>(isProps ? propsQuery(view.value, now.value) : undefined);
  const keys = data?.props ?? [];
  const shown = keys.find((each) => each.key === key)?.key ?? keys[0]?.key;
  const ranking = TABS[tab] ?? (shown === undefined ? undefined : propRanking(shown));
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
        tabs={NAMES}
        chosen={tab}
        onChoose={choose}
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
          <Ranked key={`${ranking.name} ${ranking.by}`} ranking={ranking} limit={ROWS} onEmpty={onEmpty} />
        ) : error ? (
          <Fault error={error} />
        ) : data ? (
          <p class="nothing">{NO_PROPS}</p>
        ) : (
          <RowsSkeleton />
        )}
      </Tabs>
      {isEditing && <GoalsDialog site={view.value.site} onClose={() => setEditing(false)} />}
      {isMore && ranking && <MoreDialog ranking={ranking} onClose={() => setMore(false)} />}
    </section>
  );
}
