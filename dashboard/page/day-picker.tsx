import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { addDays, addMonths, monthOf, timeOf, weeksOf } from '../view/calendar.ts';
import { type Days, readDays } from '../view/period.ts';
import { IconButton } from './icon-button.tsx';
import { format } from './preferences.ts';

/** The first day of the calendar: an address has no earlier one. */
const EARLIEST = '1970-01-01';
const MONDAY = 1;
const SUNDAY = 7;

interface DayPickerProps {
  /** Undefined while what is typed is not a date. */
  readonly days: Days | undefined;
  readonly latest: string;
  readonly onChange: (days: Days) => void;
}

/**
 * A calendar, month by month. A click selects the first day, and another the last one, in any order. Arrow keys move by days and
 * weeks, Page Up and Page Down by months, with Shift by years, Home and End to the ends of a week.
 */
export function DayPicker({ days, latest, onChange }: DayPickerProps) {
  const last = days?.to ?? latest;
  const [focused, setFocused] = useState(last);
  /** The day of the first click, until the second one. */
  const [begun, setBegun] = useState<string>();
  const [pointed, setPointed] = useState<string>();
  const grid = useRef<HTMLTableElement>(null);
  const isMoving = useRef(false);
  // A typed day is shown. Like the focus, it changes before the next key.
  useLayoutEffect(() => setFocused(last), [last]);
  useLayoutEffect(() => {
    if (isMoving.current) grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    isMoving.current = false;
  }, [focused]);
  const within = (day: string) => (day < EARLIEST ? EARLIEST : day > latest ? latest : day);
  const firstWeekday = firstWeekdayOf(format.locales);
  const shown = begun === undefined ? days : readDays(begun, pointed ?? begun);
  const pick = (day: string) => {
    const next = readDays(begun ?? day, day);
    setBegun(begun === undefined ? day : undefined);
    setPointed(undefined);
    if (next) onChange(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const weekday = weeksOf(focused, firstWeekday)
      .find((week) => week.includes(focused))!
      .indexOf(focused);
    const months = event.shiftKey ? 12 : 1;
    const next = {
      ...{ ArrowLeft: addDays(focused, -1), ArrowRight: addDays(focused, 1) },
      ...{ ArrowUp: addDays(focused, -7), ArrowDown: addDays(focused, 7) },
      ...{ Home: addDays(focused, -weekday), End: addDays(focused, 6 - weekday) },
      ...{ PageUp: monthsAway(focused, -months), PageDown: monthsAway(focused, months) },
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    isMoving.current = true;
    setPointed(within(next));
    setFocused(within(next));
  };
  const month = monthOf(focused);
  const turn = (months: number) => () => setFocused(within(monthsAway(focused, months)));
  return (
    <div class="days">
      <div class="days-head">
        <IconButton icon="left" label="Previous month" disabled={month <= EARLIEST} onClick={turn(-1)} />
        <b aria-live="polite">{said(focused, { month: 'long', year: 'numeric' })}</b>
        <IconButton icon="right" label="Next month" disabled={month >= monthOf(latest)} onClick={turn(1)} />
      </div>
      <table
        ref={grid}
        aria-label="Calendar"
        onKeyDown={onKeyDown}
        onPointerLeave={() => setPointed(undefined)}
      >
        <thead>
          <tr>
            {/* A week that begins on the first weekday: 2024 began on a Monday. */}
            {Array.from({ length: 7 }, (_, at) => addDays('2024-01-01', firstWeekday - 1 + at)).map((day) => (
              <th key={day} scope="col" aria-label={said(day, { weekday: 'long' })}>
                {said(day, { weekday: 'short' })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(focused, firstWeekday).map((week, at) => (
            <tr key={`${month} ${at}`}>
              {week.map((day, place) => (
                <td key={place} class={classOf(day, shown)}>
                  {day !== undefined && (
                    <button
                      type="button"
                      tabIndex={day === focused ? 0 : -1}
                      disabled={day > latest}
                      aria-pressed={shown !== undefined && shown.from <= day && day <= shown.to}
                      aria-label={said(day, { dateStyle: 'full' })}
                      {...(day === latest && { 'aria-current': 'date' as const })}
                      onClick={() => pick(day)}
                      onFocus={() => setFocused(day)}
                      onPointerEnter={() => setPointed(day)}
                    >
                      {Number(day.slice(8))}
                    </button>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The same day of another month, or its last day. */
function monthsAway(date: string, months: number): string {
  const first = addMonths(date, months);
  const day = addDays(first, Number(date.slice(8)) - 1);
  return monthOf(day) === first ? day : addDays(addMonths(first, 1), -1);
}

function classOf(day: string | undefined, days: Days | undefined): string {
  if (day === undefined || !days || day < days.from || day > days.to) return '';
  return ['between', day === days.from && 'first', day === days.to && 'last'].filter(Boolean).join(' ');
}

function said(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat([...format.locales], { ...options, timeZone: 'UTC' }).format(timeOf(day));
}

/** 1 for Monday to 7 for Sunday, as the user's language has it. */
function firstWeekdayOf([locale]: readonly string[]): number {
  // Older browsers lack it, or have it as a property.
  const known = new Intl.Locale(locale ?? 'en') as { getWeekInfo?(): { firstDay: number } };
  const day = known.getWeekInfo?.().firstDay ?? MONDAY;
  return day >= MONDAY && day <= SUNDAY ? day : MONDAY;
}
