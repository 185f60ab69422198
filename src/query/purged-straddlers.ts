import { Bindings } from './engine/bindings.ts';
import type { BoundedSelection } from './plan.ts';
import type { Source } from './source.ts';

/**
 * Whether visits that cross an end of a period have purged hits: visits alone do not show which of these hits are in the period.
 *
 * @param hitsFrom milliseconds since 1970: some earlier hits are purged
 */
export async function hasPurgedStraddlers(
  { store }: Source,
  { site, from, to }: Pick<BoundedSelection, 'site' | 'from' | 'to'>,
  hitsFrom: number,
): Promise<boolean> {
  const bind = new Bindings();
  const isAsked = site === '' ? "v.site != ''" : `v.site = ${bind.text(site)}`;
  const crosses = [from, to].map((end) => {
    const time = bind.time(end);
    return `(v.start < ${time} AND v.finish >= ${time})`;
  });
  const [row] = await store.rowsOf<Record<'visits', string | number>>(
    `SELECT count() AS visits FROM visits AS v FINAL
WHERE ${isAsked} AND v.hits > 0 AND v.start < ${bind.time(hitsFrom)} AND (${crosses.join(' OR ')})`,
    bind.parameters,
  );
  return Number(row?.visits ?? 0) > 0;
}
