/** Files of the shown data. Loaded when one is downloaded. */
import type { QueryAnswer, Stats } from '../api/answer-types.ts';
import { requestText } from '../api/api.ts';
import { figuresOf, numberOf } from '../api/figures.ts';
import { exportQuery, figuresQuery, statsQuery, tableQuery } from '../api/queries.ts';
import { csvText } from '../text/csv.ts';
import { localDate } from '../view/calendar.ts';
import { intervalsOf } from '../view/period.ts';
import { view } from './address.ts';
import { notice } from './banner.tsx';
import { now } from './clock.ts';
import { fileName } from './file-name.ts';
import { tiles } from './preferences.ts';
import { BOTS, CARDS, DOWNLOADS, EVENTS, OUTBOUND, REQUESTS } from './rankings.ts';
import { dimensionsOf } from './row-value.ts';
import { save } from './save.ts';
import { seriesCsv } from './series-dialog.tsx';

export type ExportKind = 'series' | 'tops' | 'csv' | 'ndjson' | 'parquet';

/** Maximum number of rows of a table. */
const MOST = 100;

/** Downloads a file. @throws ApiError */
export async function download(kind: ExportKind): Promise<void> {
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
