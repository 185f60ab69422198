import type { Stats, Top } from '../api/answer-types.ts';
import { ApiError, request } from '../api/api.ts';
import { exportQuery, statsQuery, topQuery } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { csvText } from '../text/csv.ts';
import { view } from './address.ts';
import { notice } from './banner.tsx';
import { now } from './clock.ts';
import { Icon } from './icon.tsx';
import { type Choice, Menu } from './menu.tsx';
import { rowsOf } from './ranked.tsx';
import { BOTS, CARDS, EVENTS } from './rankings.ts';
import { save } from './save.ts';
import { seriesCsv } from './series-dialog.tsx';

type Kind = 'series' | 'tops' | 'csv' | 'ndjson' | 'parquet';

const MOST = 100;

/** Downloads of the shown data; with the token, also of the raw hits. */
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
      onChoose={take}
      isQuiet
    />
  );
}

async function take(kind: Kind): Promise<void> {
  try {
    await give(kind);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    notice.value = error.message;
  }
}

async function give(kind: Kind): Promise<void> {
  if (kind === 'series')
    save('series.csv', seriesCsv(await request<Stats>(statsQuery(view.value, now.value))));
  else if (kind === 'tops') save('tables.csv', await tables());
  else location.assign(exportQuery(view.value, now.value, kind));
}

/** The top rows of each ranking, one after another. */
async function tables(): Promise<string> {
  const rows: (string | number)[][] = [['table', 'value', 'visitors', 'hits']];
  for (const ranking of [...CARDS.flatMap(({ rankings }) => rankings), EVENTS, BOTS]) {
    const top = await request<Top>(topQuery(view.value, now.value, ranking.by, MOST));
    for (const { value, visitors, hits } of rowsOf(ranking, top))
      rows.push([ranking.by, value, visitors, hits]);
  }
  return csvText(rows);
}
