import type { Stats } from '../api/answer-types.ts';
import { csvText } from '../text/csv.ts';
import { intervalName } from '../text/period-name.ts';
import { METRICS } from '../view/view.ts';
import { fileName } from './file-name.ts';
import { Icon } from './icon.tsx';
import { METRIC_WORDS } from './metrics.ts';
import { Modal } from './modal.tsx';
import { format } from './preferences.ts';
import { save } from './save.ts';

/** The points of the chart as a table. */
export function SeriesDialog({ stats, onClose }: { readonly stats: Stats; readonly onClose: () => void }) {
  const metrics = METRICS.filter((metric) => metric in stats.totals);
  return (
    <Modal title={`By ${stats.interval}`} onClose={onClose} isWide>
      <div class="modal-body series">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Time</th>
              {metrics.map((metric) => (
                <th key={metric} scope="col">
                  {METRIC_WORDS[metric].name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {stats.series.map((point) => (
              <tr key={point.time}>
                <th scope="row">{intervalName(Date.parse(point.time), stats.interval, format.locales)}</th>
                {metrics.map((metric) => {
                  const value = point[metric];
                  return (
                    <td key={metric}>
                      {typeof value === 'number' ? METRIC_WORDS[metric].say(value, stats.currency) : '–'}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <button
          type="button"
          class="control"
          onClick={() => save(fileName(`by-${stats.interval}`), seriesCsv(stats))}
        >
          <Icon name="download" /> Download as CSV
        </button>
      </div>
    </Modal>
  );
}

/** The points of an answer as CSV. */
export function seriesCsv(stats: Stats): string {
  const metrics = METRICS.filter((metric) => metric in stats.totals);
  return csvText([
    ['time', ...metrics],
    ...stats.series.map((point) => [point.time, ...metrics.map((metric) => point[metric] ?? null)]),
  ]);
}
