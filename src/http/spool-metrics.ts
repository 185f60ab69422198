import type { Registry } from 'prom-client';
import type { Spool } from '../spool/spool.ts';
import { counter, gauge } from './gauge.ts';
import { operationHistogram } from './histogram.ts';

/** @param most bytes at which hits are refused */
export function spoolMetrics(registers: Registry[], spool: Spool, most: number): void {
  gauge(
    registers,
    'hit_tracker_spool_bytes',
    'Bytes of hits on disk waiting for the store or Kafka',
    () => spool.bytes,
  );
  const full = 'Bytes of hits on disk at which new hits are refused';
  gauge(registers, 'hit_tracker_spool_max_bytes', full, () => most);
  gauge(
    registers,
    'hit_tracker_spool_pending_segments',
    'Finished batches waiting for the store or Kafka',
    () => spool.backlog,
  );
  const failing = 'Sinks (store, Kafka) whose deliveries fail and are retried, or hang';
  gauge(registers, 'hit_tracker_spool_failing_sinks', failing, () => spool.failing.length);
  counter(
    registers,
    'hit_tracker_hits_accepted_total',
    'Hits and engagement signals made durable since the start',
    () => spool.accepted,
  );
  operationHistogram(
    registers,
    'hit_tracker_spool_sync_duration_seconds',
    'Duration of the syncs to disk after which hits are acknowledged',
    spool.syncs,
  );
  spoolDamageMetrics(registers, spool);
  quarantineMetrics(registers, spool.quarantine);
}

function quarantineMetrics(registers: Registry[], quarantine: Spool['quarantine']): void {
  const add = (name: string, help: string, value: () => number) =>
    gauge(
      registers,
      `hit_tracker_spool_quarantined_${name}`,
      `${help} that the store refused, and that are set aside`,
      value,
    );
  add('batches', 'Batches', () => quarantine.batches.length);
  add('hits', 'Hits of batches', () => quarantine.hits);
  add('bytes', 'Bytes of batches', () => quarantine.bytes);
}

function spoolDamageMetrics(registers: Registry[], { damage }: Spool): void {
  const add = (name: string, help: string, value: number) => {
    counter(registers, `hit_tracker_spool_${name}_total`, `${help}, found at startup`, () => value);
  };
  add('damaged_segments', 'Damaged segments of the spool', damage.segments);
  add('damaged_bytes', 'Bytes lost in damaged segments', damage.bytes);
  add('lost_hits', 'Acknowledged hits known to be lost in damaged segments', damage.hits);
}
