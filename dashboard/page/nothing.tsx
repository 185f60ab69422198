import type { SitesAnswer } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { localDate } from '../view/calendar.ts';
import { show, showPeriod, view } from './address.ts';
import { format } from './preferences.ts';

/** Shown instead of an empty chart: why it is empty, and where there are hits. */
export function Nothing() {
  const { data } = useAnswer<SitesAnswer>('/api/v1/sites');
  const { site, filters } = view.value;
  const sites = (data?.sites ?? []).filter((each) => site === '' || each.site === site);
  const last = sites
    .map((each) => each.last)
    .toSorted()
    .at(-1);
  return (
    <div class="nothing-here">
      <p class="nothing-title">No hits in this period</p>
      {filters.length > 0 ? (
        <>
          <p>No hit matches all filters.</p>
          <button type="button" class="control" onClick={() => show({ filters: [] })}>
            Clear filters
          </button>
        </>
      ) : last === undefined ? (
        data && <p>No hits yet.</p>
      ) : (
        <>
          <p>The last hit was on {format.moment(last)}.</p>
          <button
            type="button"
            class="control"
            onClick={() => showPeriod({ kind: 'month', date: localDate(new Date(last)) })}
          >
            Show that month
          </button>
        </>
      )}
    </div>
  );
}
