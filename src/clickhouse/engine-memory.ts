/**
 * Memory of the embedded engine. ClickHouse would take 90 % of the machine's memory, whatever limit a container has and whatever
 * the rest of the process needs: the kernel then kills the process, and the intake with it. Instead, the engine has a limit of
 * its own, which is what the program leaves of the memory of the control group or the machine:
 *
 * - the engine refuses to allocate more (`max_server_memory_usage`): the statement fails, not the process;
 * - a query may have a part of it, and spills groups to disk at half of that; one that needs more is refused (`query_timeout`);
 * - a step of visits or rollups takes fewer hits at a time, and batches are smaller; a batch from a larger machine that does not
 *   fit is computed in shares (clickhouse/shares.ts);
 * - caches have a small share, as the page cache has the files too.
 */
import { liveMemory, processMemory } from '../cache/process-memory.ts';

const MIB = 2 ** 20;
/**
 * Bytes that the process has without the engine's work and live windows, if it is careful. Measured: 155 to 165 MiB at rest or
 * while batches arrive.
 */
const PROGRAM = 160 * MIB;
/** Resident bytes for each byte that the engine counts: its allocator keeps some that is free. Measured: 1.2. */
const OVERHEAD = 1.25;
/** The engine does little with less. */
const LEAST = 64 * MIB;

/**
 * Bytes that the engine may allocate.
 *
 * @param available bytes that the process may use. Default: those of its control group, or else of the machine
 */
export function engineMemory(available = processMemory()): number {
  return Math.max(LEAST, Math.floor((available - PROGRAM - liveMemory(available)) / OVERHEAD));
}

/** Arguments of the engine for its memory, and that of its caches. */
export function memoryArguments(memory: number): string[] {
  const share = (divisor: number, most: number) => Math.min(most, Math.floor(memory / divisor));
  const settings = {
    max_server_memory_usage: memory,
    mark_cache_size: share(16, 512 * MIB),
    index_mark_cache_size: share(32, 128 * MIB),
    primary_index_cache_size: share(16, 512 * MIB),
    query_condition_cache_size: share(32, 64 * MIB),
  };
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

/** The number of hits that a statement may group if each takes so many bytes: at most `most`, and half of the memory. */
export function hitsInMemory(memory: number, bytes: number, most: number): number {
  return Math.min(most, Math.max(1000, Math.floor(memory / 2 / bytes)));
}

/**
 * The size of a batch of hits, in bytes of encoded rows, whose visits can be computed at once: a row of 80 bytes takes up to 1,300
 * there.
 */
export function batchBytes(memory: number, most: number): number {
  return Math.min(most, Math.floor(memory / 2 / 16));
}
