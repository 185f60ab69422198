import { DROP_RULES } from '../../src/hit/drop-reason.ts';
import type { Drops } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { Fault } from './fault.tsx';
import { format } from './preferences.ts';
import { RowsSkeleton } from './table.tsx';

/** Hits that were dropped since the server started, by reason. */
export function DroppedHits() {
  const { data, error } = useAnswer<Drops>('/api/v1/drops');
  if (!data) return error ? <Fault error={error} /> : <RowsSkeleton />;
  const dropped = data.drops.filter(({ hits }) => hits > 0).toSorted((a, b) => b.hits - a.hits);
  if (dropped.length === 0) return <p class="nothing">No hits dropped since {format.moment(data.since)}.</p>;
  const most = dropped[0]!.hits;
  return (
    <div class="rows two">
      <div class="row-head" aria-hidden="true">
        <span>Reason</span>
        <span>Hits</span>
      </div>
      <ol>
        {dropped.map(({ reason, hits }) => (
          <li key={reason} class="row" style={{ '--length': hits / most }}>
            <span class="bar" />
            {/* A page that is older than its server may not know the reason. */}
            <span class="value">{DROP_RULES[reason]?.label ?? reason}</span>
            <span class="number">{format.short(hits)}</span>
          </li>
        ))}
      </ol>
      <p class="quiet-text note">All sites, since {format.moment(data.since)}.</p>
    </div>
  );
}
