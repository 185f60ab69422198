import { DAY } from '../../src/timing/units.ts';
import { viewAddress } from '../page/address.ts';
import { ChangeOf } from '../page/change-of.tsx';
import { now } from '../page/clock.ts';
import { Link } from '../page/link.tsx';
import { format } from '../page/preferences.ts';
import { readable } from '../text/readable.ts';
import { localDate } from '../view/calendar.ts';
import { daysOf, type Period } from '../view/period.ts';
import { isSilent, type SiteLine } from '../view/site-list.ts';
import { Sparkline } from './sparkline.tsx';

const MOMENT_MS = 60_000;

interface RowProps {
  readonly line: SiteLine;
  readonly period: Period;
  readonly values: readonly number[];
}

/** A site: its name leads to its figures. */
export function SiteRow({ line, period, values }: RowProps) {
  const { site, visitors, change, live } = line;
  return (
    <tr>
      <th scope="row">
        <Link to={viewAddress({ site, period })}>
          <bdi>{breakable(readable(site))}</bdi>
        </Link>
      </th>
      <td class="number">
        <span class="trend">
          <Sparkline values={values} />
          <span class={visitors === null ? 'awaited' : ''}>
            {visitors !== null && format.short(visitors)}
          </span>
        </span>
      </td>
      <td class="number">{change === null ? '–' : <ChangeOf metric="visitors" change={change} />}</td>
      <td class={live !== null && live > 0 ? 'number alive' : 'number quiet-number'}>
        {live === null ? '–' : format.short(live)}
      </td>
      <LastHit line={line} period={period} />
    </tr>
  );
}

/** A host name that breaks after its dots if it is long. */
function breakable(site: string) {
  return site.split(/(?<=\.)/).map((label, at) => [at > 0 && <wbr key={at} />, label]);
}

function LastHit({ line, period }: Pick<RowProps, 'line' | 'period'>) {
  const time = Math.max(now.value.getTime(), line.last);
  const ago = time - line.last;
  const silent = isSilent(line, time, lengthOf(period, time));
  const text = ago < MOMENT_MS ? 'just now' : `${format.span(ago)} ago`;
  return (
    <td class={silent ? 'number silent' : 'number quiet-number'} title={format.moment(line.last)}>
      {silent ? `no hits for ${format.span(ago)}` : text}
    </td>
  );
}

/** Milliseconds of a period until now. */
function lengthOf(period: Period, time: number): number {
  const first = daysOf(period, localDate(new Date(time)))?.first;
  return first === undefined ? DAY : time - new Date(`${first}T00:00:00`).getTime();
}
