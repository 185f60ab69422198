import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { LIMITS } from '../../src/query/language/limits.ts';
import type { Site } from '../api/answer-types.ts';
import { openLiveFeed } from '../api/live-feed.ts';
import { session } from '../api/session.ts';
import { ActiveAlerts } from '../page/active-alerts.tsx';
import { viewAddress } from '../page/address.ts';
import { Fault } from '../page/fault.tsx';
import { Brand, TopTools } from '../page/header.tsx';
import { Link } from '../page/link.tsx';
import { Menu } from '../page/menu.tsx';
import { format } from '../page/preferences.ts';
import { SearchField } from '../page/search-field.tsx';
import { SortHead } from '../page/sort-head.tsx';
import { PERIOD_NAMES } from '../text/period-name.ts';
import type { Period } from '../view/period.ts';
import { type SiteColumn, type SiteOrder, sitesInOrder } from '../view/site-list.ts';
import { useSiteFigures, useSparklines } from './site-figures.ts';
import { SiteRow } from './site-row.tsx';

/** Rows at first, and how many each click adds. */
const ROWS = 50;
const PERIODS = ['day', '7d', '30d', '12mo'] as const;
/** Names of columns, and whether they start with the highest. */
const COLUMNS: readonly (readonly [SiteColumn, string, boolean])[] = [
  ['site', 'Site', false],
  ['visitors', 'Visitors', true],
  ['change', 'Change', true],
  ['live', 'Now', true],
  ['last', 'Last hit', true],
];

// What is chosen here stays when a user comes back from a site.
const chosenPeriod = signal<(typeof PERIODS)[number]>('30d');
const chosenOrder = signal<SiteOrder>({ column: 'visitors', isDescending: true });

/** The start page: all sites, how they are doing, and which of them have gone silent. */
export function SitesPage({ sites }: { readonly sites: readonly Site[] }) {
  const period = chosenPeriod.value;
  const [wanted, setWanted] = useState('');
  useEffect(() => openLiveFeed('', '60s'), []);
  return (
    <>
      <header class="top">
        <Brand />
        <b>Sites</b>
        <div class="spring" />
        <Menu
          name={`Period: ${PERIOD_NAMES[period]}`}
          label={PERIOD_NAMES[period]}
          choices={PERIODS.map((value) => ({ value, label: PERIOD_NAMES[value] }))}
          chosen={period}
          onChoose={(each) => {
            chosenPeriod.value = each;
          }}
        />
        <TopTools />
      </header>
      <main class="page">
        {session.value?.admin && <ActiveAlerts site="" />}
        <section class="card sites" aria-labelledby="sites-name">
          <div class="sites-head">
            <h1 id="sites-name">{format.count(sites.length, 'site')}</h1>
            <SearchField label="Search sites" text={wanted} onChange={setWanted} />
          </div>
          <SitesTable sites={sites} period={{ kind: period }} wanted={wanted} />
        </section>
      </main>
    </>
  );
}

interface TableProps {
  readonly sites: readonly Site[];
  readonly period: Period;
  readonly wanted: string;
}

function SitesTable({ sites, period, wanted }: TableProps) {
  const order = chosenOrder.value;
  const [count, setCount] = useState(ROWS);
  const { answer, lines } = useSiteFigures(sites, period);
  const found = sitesInOrder(lines, wanted, order);
  const shown = found.slice(0, count);
  const series = useSparklines(
    answer.data
      ? shown
          .map(({ site }) => site)
          .slice(0, LIMITS.sites)
          .sort()
      : [],
    period,
  );
  if (answer.error && !answer.data) return <Fault error={answer.error} />;
  const total = answer.data?.totals?.metrics[0];
  return (
    <>
      <table class={answer.isLoading && answer.data ? 'stale' : ''} aria-busy={answer.isLoading}>
        <thead>
          <tr>
            {COLUMNS.map(([column, name, isDescending]) => (
              <SortHead
                key={column}
                {...{ column, name }}
                sort={column !== order.column ? 'none' : order.isDescending ? 'descending' : 'ascending'}
                onSort={() => {
                  chosenOrder.value = {
                    column,
                    isDescending: column === order.column ? !order.isDescending : isDescending,
                  };
                }}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {wanted === '' && (
            <tr class="all-sites">
              <th scope="row">
                <Link to={viewAddress({ period })}>All sites</Link>
              </th>
              <td class="number">
                {typeof total === 'number' ? format.short(total) : <span class="awaited" />}
              </td>
              <td colSpan={3} />
            </tr>
          )}
          {shown.map((line) => (
            <SiteRow key={line.site} line={line} period={period} values={series.get(line.site) ?? []} />
          ))}
        </tbody>
      </table>
      {found.length === 0 && <p class="nothing">No site name contains “{wanted}”.</p>}
      {found.length > count && (
        <button type="button" class="quiet" onClick={() => setCount(count + ROWS)}>
          Show more of {format.count(found.length, 'site')}
        </button>
      )}
    </>
  );
}
