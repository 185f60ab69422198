/** Removes the keys of a site: all of its buckets have names that follow from the time. */
import { HIT_LEVELS, VISITOR_LEVELS } from './buckets.ts';
import { ALL, SiteKeys } from './keys.ts';

/** Sends a command to the server of a key. */
type Send = (key: string, command: readonly string[]) => Promise<unknown>;

/** Keys of one command: a script must not run long. */
const KEYS_AT_ONCE = 500;
/** Reads hashes and deletes them in one step, so that no hit is counted in between. */
const TAKE = `local taken = {}
for at, key in ipairs(KEYS) do
  taken[at] = redis.call('HGETALL', key)
  redis.call('DEL', key)
end
return taken`;

/**
 * The last batch of each node stays: without it, a batch that is sent again would count twice. It expires after a day.
 *
 * @param now milliseconds since 1970
 */
export async function removeKeys(send: Send, site: string, now: number): Promise<void> {
  const [own, all] = [new SiteKeys(site), new SiteKeys(ALL)];
  const shared = [all.totals, ...hitKeys(all, now)];
  const hashes = [own.totals, ...hitKeys(own, now)].map((key, at) => [key, shared[at]!] as const);
  for (let at = 0; at < hashes.length; at += KEYS_AT_ONCE) {
    const some = hashes.slice(at, at + KEYS_AT_ONCE);
    const keys = some.map(([key]) => key);
    const taken = (await send(keys[0]!, ['EVAL', TAKE, String(keys.length), ...keys])) as string[][];
    for (const [i, fields] of taken.entries()) {
      for (let field = 0; field < fields.length; field += 2) {
        const key = some[i]![1]!;
        await send(key, ['HINCRBY', key, fields[field]!, String(-Number(fields[field + 1]))]);
      }
    }
  }
  const visitors = [own.visitors('bloom'), own.visitors('log'), ...visitorKeys(own, now)];
  for (let at = 0; at < visitors.length; at += KEYS_AT_ONCE) {
    const keys = visitors.slice(at, at + KEYS_AT_ONCE);
    await send(keys[0]!, ['DEL', ...keys]);
  }
}

function hitKeys(names: SiteKeys, now: number): string[] {
  const keys = HIT_LEVELS.flatMap((level) =>
    numbersOf(level.bucketMs, level.keptMs, now).map((number) => names.hitsOf({ level, number }).key),
  );
  return [...new Set(keys)];
}

function visitorKeys(names: SiteKeys, now: number): string[] {
  return VISITOR_LEVELS.flatMap((level) =>
    numbersOf(level.bucketMs, level.keptMs, now).map((number) => names.visitorsOf({ level, number })),
  );
}

/** Buckets that may still exist: one more than is needed on either side, as keys expire a little late, and clocks differ. */
function numbersOf(bucketMs: number, keptMs: number, now: number): number[] {
  const first = Math.floor((now - keptMs) / bucketMs) - 1;
  const last = Math.floor(now / bucketMs) + 1;
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
