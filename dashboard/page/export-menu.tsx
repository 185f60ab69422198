import type { QueryAnswer, Stats } from '../api/answer-types.ts';
import { ApiError, requestText } from '../api/api.ts';
import { figuresOf, numberOf } from '../api/figures.ts';
import { exportQuery, figuresQuery, statsQuery, tableQuery } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { csvText } from '../text/csv.ts';
import { localDate } from '../view/calendar.ts';
import { intervalsOf } from '../view/period.ts';
import { view } from './address.ts';
import { notice } from './banner.tsx';
import { now } from './clock.ts';
import { fileName } from './file-name.ts';
import { Icon } from './icon.tsx';
import { type Choice, Menu } from './menu.tsx';
import { tiles } from './preferences.ts';
import { BOTS, CARDS, DOWNLOADS, EVENTS, OUTBOUND, REQUESTS } from './rankings.ts';
import { dimensionsOf } from './row-value.ts';
import { save } from './save.ts';

type Kind = 'series' | 'tops' | 'csv' | 'ndjson' | 'parquet';

/** Maximum number of rows of a table. */
const MOST = 100;

/** Downloads the shown data; with the admin token, also the raw hits. */
export function ExportMenu() {
  const choices: Choice<Kind>[] = [
    { value: 'series', label: 'Chart as CSV' },
    { value: 'tops', label: 'Tables as CSV' },
  ];
  if (session.value?.admin) {
    choices.push(
      { value: 'csv', label: 'All hits as CSV', parted: true },
      { value: 'ndjson', label: 'All hits as NDJSON' },
      { value: 'parquet', label: 'All hits as Parquet' },
    );
  }
  return (
    <Menu
      name="Export"
      label={<Icon name="download" />}
      choices={choices}
      chosen={undefined}
      onChoose={onExport}
      isQuiet
    />
  );
}

async function onExport(kind: Kind): Promise<void> {
  try {
    await download(kind);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    notice.value = error.message;
  }
}

async function download(kind: Kind): Promise<void> {
  if (kind === 'series') await saveSeries();
  else if (kind === 'tops') save(fileName('tables'), await tables());
  else {
    const path = exportQuery(view.value, now.value, kind);
    if (path === undefined)
      notice.value = 'Exports of hits do not support some of these filters. Remove them first.';
    else location.assign(path);
  }
}

async function saveSeries(): Promise<void> {
  const { period, interval } = view.value;
  const usual =
    interval ??
    intervalsOf(period, localDate(now.value))[0] ??
    // For all time, the server chooses the interval.
    (await requestText<Stats>(statsQuery(view.value, now.value))).interval;
  const answer = await requestText<QueryAnswer>(figuresQuery(view.value, now.value, tiles.value, usual));
  const { seriesCsv } = await import('./series-dialog.tsx');
  save(fileName(`by-${usual}`), seriesCsv(figuresOf(answer, tiles.value, usual)));
}

/** The top rows of each ranking, one after another. */
async function tables(): Promise<string> {
  const rows: (string | number | null)[][] = [['table', 'value', 'visitors', 'hits']];
  const metrics = ['visitors', 'hits'] as const;
  for (const ranking of [
    ...[...CARDS.flat(), REQUESTS].flatMap(({ rankings }) => rankings),
    ...[EVENTS, OUTBOUND, DOWNLOADS, BOTS],
  ]) {
    const { by, table = by, filters = [], isOptional } = ranking;
    const query = tableQuery(view.value, now.value, {
      ...{ dimensions: dimensionsOf(ranking), metrics, order: 'visitors', limit: MOST, filters },
    });
    const { results } = await requestText<QueryAnswer>(query);
    for (const { dimensions, metrics: values } of results) {
      if (isOptional && dimensions[0] === '') continue;
      rows.push([table, dimensions.join(' '), ...values.map((each) => numberOf(each, undefined))]);
    }
  }
  return csvText(rows);
}
