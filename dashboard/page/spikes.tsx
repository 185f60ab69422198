import { intervalName } from '../text/period-name.ts';
import { localDate } from '../view/calendar.ts';
import type { Interval } from '../view/period.ts';
import type { Spike } from '../view/spikes.ts';
import { showPeriod } from './address.ts';
import { format } from './preferences.ts';

export interface SpikesProps {
  readonly spikes: readonly Spike[];
  /** Starts of all intervals, in seconds since 1970. */
  readonly times: readonly number[];
  readonly interval: Interval;
  /** Name of the metric. */
  readonly name: string;
  readonly say: (value: number) => string;
}

/** The spikes of the chart in words. A click shows the day of one. */
export function Spikes({ spikes, times, interval, name, say }: SpikesProps) {
  const isOfDay = interval === 'day' || interval === 'hour';
  return (
    <ul class="spikes" aria-label="Spikes">
      {spikes.map(({ place, value, usual }) => {
        const time = times[place]! * 1000;
        const text = `Spike: ${intervalName(time, interval, format.locales)}`;
        const numbers = `${say(value)} ${name.toLowerCase()}, usually ${say(usual)}`;
        return (
          <li key={place}>
            <span aria-hidden="true">▾</span>
            {isOfDay ? (
              <button
                type="button"
                class="plain"
                title="Show this day"
                onClick={() => showPeriod({ kind: 'day', date: localDate(new Date(time)) })}
              >
                {text}
              </button>
            ) : (
              <span>{text}</span>
            )}
            <span class="quiet-text">{numbers}</span>
          </li>
        );
      })}
    </ul>
  );
}
