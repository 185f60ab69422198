/** The common flags of `funnel`, `journeys` and `retention`, as JSON. */
import { HitError, messageOf } from '../errors.ts';
import { parseFilter } from '../query/language/filter-text.ts';
import { parseStep } from '../query/language/step-text.ts';
import type { Values } from '../settings/setting.ts';
import type { FUNNEL_SETTINGS, JOURNEYS_SETTINGS, RETENTION_SETTINGS } from '../settings/visits.ts';
import { periodOf } from './query-flags.ts';
import { unexpected } from './usage.ts';

type FunnelValues = Values<typeof FUNNEL_SETTINGS>;
type JourneysValues = Values<typeof JOURNEYS_SETTINGS>;
type RetentionValues = Values<typeof RETENTION_SETTINGS>;
/** The flags of all three commands. */
export type VisitValues = Pick<
  FunnelValues,
  keyof FunnelValues & keyof JourneysValues & keyof RetentionValues
>;

/** @throws HitError `bad_usage` for arguments without a flag, and for two formats */
export function checkUsage({ json, csv }: VisitValues, positionals: readonly string[]): void {
  if (positionals.length > 0) throw unexpected(positionals);
  if (json && csv) throw new HitError('bad_usage', 'choose --json or --csv');
}

/** @throws HitError `bad_usage` for flags that cannot be combined, and for an invalid filter or step */
export function funnelOfFlags(values: FunnelValues): object {
  const { step, funnel, within, by, limit } = values;
  if ((step === undefined) === (funnel === undefined))
    throw new HitError('bad_usage', 'set either --step, for each step, or --funnel');
  return asUsage(() => ({
    ...scopeOf(values),
    ...{ funnel, within, by, steps: step?.map(parseStep), limit: numberOf('limit', limit) },
  }));
}

/** @throws HitError `bad_usage` */
export function journeysOfFlags(values: JourneysValues): object {
  const { page, direction, steps, limit } = values;
  if (page === undefined) throw new HitError('bad_usage', '--page is missing');
  return asUsage(() => ({
    ...{ ...scopeOf(values), page, direction },
    ...{ steps: numberOf('steps', steps), limit: numberOf('limit', limit) },
  }));
}

/** @throws HitError `bad_usage` */
export function retentionOfFlags(values: RetentionValues): object {
  const { interval, identity, 'return-filter': returnFilter = [] } = values;
  return asUsage(() => ({
    ...{ ...scopeOf(values), interval, identity },
    return_filters: returnFilter.map(parseFilter),
  }));
}

function scopeOf(values: VisitValues): object {
  const { site, timezone, bots, segment, filter = [] } = values;
  return { site, timezone, bots, segment, period: periodOf(values), filters: filter.map(parseFilter) };
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new HitError('bad_usage', `--${flag}: "${text}" is not a whole number`);
  return Number(text);
}

function asUsage<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}
