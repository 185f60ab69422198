import { Cron } from 'croner';
import { HitError, messageOf } from '../errors.ts';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FORMS = 'hourly, daily 07:00, weekly mon 07:00, monthly 1 07:00 or cron "0 7 * * *"';

/** The times at which a job is due. */
export interface Schedule {
  /** The first word: `hourly`, `daily`, `weekly`, `monthly` or `cron`. */
  readonly name: string;
  /** Whether it may be due several times on one date. */
  readonly isOften: boolean;
  /** When it was last due, up to and including a moment; undefined if never. Milliseconds since 1970. */
  dueBefore(time: number): number | undefined;
  /** When it is next due after a moment; undefined if never again. */
  dueAfter(time: number): number | undefined;
}

/**
 * Takes `hourly`, `daily HH:MM`, `weekly mon HH:MM`, `monthly 1 HH:MM` or `cron PATTERN` from the start of a list of arguments.
 *
 * A time of day that clocks skip is due at the jump; one that occurs twice is due the first time.
 *
 * @param args arguments; those consumed are removed
 * @param timezone an IANA name
 * @throws HitError `bad_setting` that names the argument
 */
export function parseSchedule(args: string[], timezone: string): Schedule {
  const name = args.shift() ?? '';
  const pattern = parseCronFields(name, args);
  let cron: Cron;
  try {
    cron = new Cron(pattern, { timezone, mode: '5-part', paused: true });
  } catch (error) {
    throw bad(
      `"${pattern}" is not a cron pattern such as "0 7 * * *": ${messageOf(error).replace(/^\w+: /, '')}`,
    );
  }
  if (cron.nextRun() === null) throw bad(`"${pattern}" never occurs`);
  return {
    name,
    isOften: name === 'hourly' || name === 'cron',
    // croner's answers exclude the moment itself.
    dueBefore: (time) => cron.previousRuns(1, new Date(time + 1))[0]?.getTime(),
    dueAfter: (time) => cron.nextRun(new Date(time))?.getTime(),
  };
}

function parseCronFields(name: string, args: string[]): string {
  if (name === 'hourly') return '0 * * * *';
  if (name === 'daily') return `${parseTimeOfDay(name, args)} * * *`;
  if (name === 'weekly') {
    const day = WEEKDAYS.indexOf(args[0]?.toLowerCase() ?? '');
    if (day < 0) throw bad(`weekly: "${args[0] ?? ''}" is not ${WEEKDAYS.join(', ')}`);
    args.shift();
    return `${parseTimeOfDay(name, args)} * * ${day}`;
  }
  if (name === 'monthly') {
    const day = args.shift() ?? '';
    if (!/^(?:[1-9]|1\d|2[0-8])$/.test(day)) {
      throw bad(`monthly: "${day}" is not a day from 1 to 28, which every month has`);
    }
    return `${parseTimeOfDay(name, args)} ${day} * *`;
  }
  if (name === 'cron') return args.shift() ?? '';
  throw bad(`"${name}" is not ${FORMS}`);
}

/** The minute and the hour of a pattern. */
function parseTimeOfDay(name: string, args: string[]): string {
  const text = args.shift() ?? '';
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) throw bad(`${name}: "${text}" is not a time of day such as 07:00`);
  return `${Number(match[2])} ${Number(match[1])}`;
}

function bad(message: string): HitError {
  return new HitError('bad_setting', message);
}
