/** Live counts as a server serves them. Their metrics and status depend on where they are kept. */
import type { Registry } from 'prom-client';
import type { LiveComparison } from '../doctor/check.ts';
import { ownCounts, sharedCounts } from '../doctor/live.ts';
import { HitError } from '../errors.ts';
import type { CountedHit, Live, LiveState, OwnLive, SharedLive } from '../live/live.ts';
import { counter, gauge } from './gauge.ts';

export interface ServedLive extends Pick<Live, 'read'> {
  /**
   * The state of a site, or of all sites together, to be merged with that of other nodes.
   *
   * @throws HitError `not_found` if nodes share it
   */
  state(site: string | undefined): Promise<LiveState>;
  /** Counts a hit of an earlier process that was not stored when these counts were restored. */
  countLate(hit: CountedHit): void;
  /** Their part of `/readyz`: where they are kept, if not in memory. */
  readonly readiness: { readonly live?: string };
  /** Resolves if the place where they are kept answers; undefined if that is this process. */
  readonly ping: (() => Promise<void>) | undefined;
  /** For the doctor. */
  readonly comparison: LiveComparison;
  addMetrics(registers: Registry[]): void;
}

/** Live counts that this node keeps itself. */
export function servedOwn(live: OwnLive): ServedLive {
  return {
    read: (site, windows) => live.read(site, windows),
    state: (site) => live.state(site),
    countLate: (hit) => void live.track(hit),
    readiness: {},
    ping: undefined,
    comparison: ownCounts(live),
    addMetrics(registers) {
      const bytes = 'Memory of live windows of individual sites';
      gauge(registers, 'hit_tracker_live_memory_bytes', bytes, () => live.memory.bytes);
      const sites = 'Sites whose live windows are in memory';
      gauge(registers, 'hit_tracker_live_sites', sites, () => live.memory.sites);
      const evictions = 'Evictions of sites from memory';
      counter(registers, 'hit_tracker_live_evictions_total', evictions, () => live.memory.evictions);
      const loads = 'Loads of evicted sites into memory';
      counter(registers, 'hit_tracker_live_loads_total', loads, () => live.memory.loads);
    },
  };
}

/** Live counts that nodes share. */
export function servedShared(live: SharedLive): ServedLive {
  return {
    read: (site, windows) => live.read(site, windows),
    async state() {
      throw new HitError('not_found', 'these live counts are shared by all nodes: query any of them');
    },
    // The process that accepted it has counted it there.
    countLate: () => undefined,
    get readiness() {
      return { live: live.remote.place };
    },
    ping: () => live.ping(),
    comparison: sharedCounts,
    addMetrics(registers) {
      const waiting = 'Hits waiting for Redis';
      gauge(registers, 'hit_tracker_live_pending_hits', waiting, () => live.remote.waiting);
      const lost = 'Hits dropped because too many were waiting';
      counter(registers, 'hit_tracker_live_hits_dropped_total', lost, () => live.remote.lost);
      const calls = 'Script calls to Redis';
      counter(registers, 'hit_tracker_live_redis_calls_total', calls, () => live.remote.calls);
    },
  };
}
