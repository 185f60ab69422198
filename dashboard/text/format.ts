/** Numbers and dates in the user's language; names and units in that of the page. */

import { lengthOf } from '../view/sliding-window.ts';

/** The page's language. */
const LANGUAGE = 'en';
/** From here on, large figures are abbreviated. */
const LONG = 100_000;

/** Formats of a language. */
export class Format {
  readonly #whole: Intl.NumberFormat;
  readonly #short: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #change: Intl.NumberFormat;
  readonly #regions: Intl.DisplayNames;
  readonly #languages: Intl.DisplayNames;
  readonly locales: readonly string[];

  /** @param locales BCP 47 tags, the preferred one first; empty is the runtime's */
  constructor(locales: readonly string[]) {
    const all = [...locales];
    this.locales = all;
    this.#whole = new Intl.NumberFormat(all);
    this.#short = new Intl.NumberFormat(all, { notation: 'compact', maximumSignificantDigits: 3 });
    this.#percent = new Intl.NumberFormat(all, { style: 'percent', maximumFractionDigits: 1 });
    this.#change = new Intl.NumberFormat(all, {
      style: 'percent',
      maximumFractionDigits: 0,
      signDisplay: 'exceptZero',
    });
    this.#regions = new Intl.DisplayNames(LANGUAGE, { type: 'region', fallback: 'code' });
    this.#languages = new Intl.DisplayNames(LANGUAGE, { type: 'language', fallback: 'code' });
  }

  /** `1,234,567` */
  whole(value: number): string {
    return this.#whole.format(Math.round(value));
  }

  /** `1.23M` for large numbers, else all digits. */
  short(value: number): string {
    return value < LONG ? this.whole(value) : this.#short.format(value);
  }

  /** `1 site`, `1,234 sites`: a number of things that end in `s` if they are several. */
  count(value: number, thing: string): string {
    return `${this.whole(value)} ${thing}${value === 1 ? '' : 's'}`;
  }

  /** A rate such as `0.27` or `1,240`: three digits are enough to see it change. */
  rate(value: number): string {
    const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return new Intl.NumberFormat([...this.locales], {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  }

  /** `12.3 %` for 0.123. */
  percent(fraction: number): string {
    return this.#percent.format(fraction);
  }

  /** `+12 %` for 0.12. */
  change(fraction: number): string {
    return this.#change.format(fraction);
  }

  /** `€1,234.50`, and without a currency `1,234.5`. */
  money(value: number, currency?: string): string {
    const style = currency === undefined ? {} : { style: 'currency' as const, currency };
    const digits =
      Math.abs(value) < LONG ? {} : { notation: 'compact' as const, maximumSignificantDigits: 3 };
    return new Intl.NumberFormat([...this.locales], { ...style, ...digits }).format(value);
  }

  /** `20k` for 20,000, and with a currency `€20k`: a round number, on an axis. */
  compact(value: number, currency?: string): string {
    const style = currency === undefined ? {} : { style: 'currency' as const, currency };
    return new Intl.NumberFormat([...this.locales], {
      ...style,
      notation: 'compact',
      maximumFractionDigits: 2,
    }).format(value);
  }

  /** `1m` for 60 seconds: a round number, on an axis. */
  roundDuration(seconds: number): string {
    return this.duration(seconds).replace(/(?<=\w) 0[hms]$/, '');
  }

  /** `1m 23s` for 83 seconds. */
  duration(seconds: number): string {
    const whole = Math.round(seconds);
    const [days, hours, minutes] = [
      Math.floor(whole / 86_400),
      Math.floor(whole / 3600) % 24,
      Math.floor(whole / 60) % 60,
    ];
    if (days > 0) return `${this.whole(days)}d ${hours}h`;
    if (hours > 0) return `${hours}h ${minutes}m`;
    return minutes > 0 ? `${minutes}m ${whole % 60}s` : `${whole}s`;
  }

  /** `5 minutes` for 300: the length of a window. */
  window(seconds: number): string {
    const { value, unit } = lengthOf(seconds);
    return this.count(value, unit);
  }

  /** `5 min` for a time that long ago, in the largest unit: minutes, hours, days. */
  span(milliseconds: number): string {
    const minutes = Math.floor(milliseconds / 60_000);
    if (minutes < 60) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? `${hours} h` : `${this.whole(Math.floor(hours / 24))} days`;
  }

  /** `1.4 GB` */
  bytes(value: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
    const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
    return new Intl.NumberFormat([...this.locales], {
      style: 'unit',
      unit: units[power]!,
      unitDisplay: power === 0 ? 'long' : 'short',
      maximumFractionDigits: power === 0 ? 0 : 1,
    }).format(value / 1000 ** power);
  }

  /** A country by its code, in English; the code if it has no name. */
  country(code: string): string {
    return /^[A-Z]{2}$/.test(code) ? (this.#regions.of(code) ?? code) : code;
  }

  /** A language by its code. */
  language(code: string): string {
    return /^[a-z]{2,3}$/.test(code) ? (this.#languages.of(code) ?? code) : code;
  }

  /** A date and time. */
  moment(time: string | number): string {
    return new Intl.DateTimeFormat([...this.locales], { dateStyle: 'medium', timeStyle: 'short' }).format(
      new Date(time),
    );
  }

  /** A date of the calendar, such as `2026-11-24`. */
  date(date: string): string {
    return new Intl.DateTimeFormat([...this.locales], { dateStyle: 'medium', timeZone: 'UTC' }).format(
      new Date(`${date}T00:00:00Z`),
    );
  }
}

export function capital(value: string): string {
  return value.charAt(0).toUpperCase() + value.slice(1);
}
