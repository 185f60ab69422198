import { useAnswer } from '../api/answers.ts';
import { Answered } from '../page/answered.tsx';
import { format } from '../page/preferences.ts';
import { Facts, Section } from './section.tsx';
import type { Storage } from './settings-types.ts';

const TABLES: Readonly<Record<string, string>> = {
  hits: 'Hits',
  rollups: 'Daily counts',
  visits: 'Visits',
  last_seen: 'Live visitors',
  hit_counts: 'Live hits',
  batches: 'Batches',
  imports: 'Imported logs',
  horizons: 'Retention cutoffs',
  salts: 'Salts',
  deletions: 'Deleted sites',
  stream_positions: 'Stream positions',
  migrations: 'Schema versions',
};

/** Disk usage. */
export function StorageUse() {
  const answer = useAnswer<Storage>('/api/v1/storage');
  return (
    <Section id="storage" name="Storage">
      <Answered answer={answer}>
        {({ bytes, hits, tables }) => (
          <>
            <Facts
              facts={[
                ['On disk', format.bytes(bytes)],
                [
                  'Hits',
                  hits.rows === 0
                    ? '0'
                    : `${format.whole(hits.rows)}, ${format.bytes(hits.bytes_per_hit)} each`,
                ],
              ]}
            />
            <div class="rows two">
              <div class="row-head" aria-hidden="true">
                <span>Table</span>
                <span>Size</span>
              </div>
              <ol>
                {tables.map((table) => (
                  <li key={table.table} class="row">
                    <span class="bar" style={{ '--length': table.bytes / Math.max(1, tables[0]!.bytes) }} />
                    <span class="value">{TABLES[table.table] ?? table.table}</span>
                    <span class="number">{format.bytes(table.bytes)}</span>
                  </li>
                ))}
              </ol>
            </div>
          </>
        )}
      </Answered>
    </Section>
  );
}
