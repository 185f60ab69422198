import { readFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { writeAtomically } from '../files/atomic.ts';
import type { ScheduleLog } from './log.ts';

/** Small state that survives a restart: JSON in a file that is replaced atomically. */
export class StateFile<State> {
  readonly #path: string;
  readonly #log: ScheduleLog;
  #state: State;
  #saving: Promise<void> = Promise.resolve();

  private constructor(path: string, state: State, log: ScheduleLog) {
    this.#path = path;
    this.#state = state;
    this.#log = log;
  }

  /**
   * Reads the state; starts from scratch with a warning if the file is damaged.
   *
   * @param read converts parsed JSON to a state, or throws
   * @param none the state if there is no file
   */
  static async open<State>(
    path: string,
    { read, none, log }: { read: (json: unknown) => State; none: State; log: ScheduleLog },
  ): Promise<StateFile<State>> {
    let state = none;
    try {
      state = read(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        log.warn(`${path} cannot be read and is reset: ${messageOf(error)}`);
      }
    }
    return new StateFile(path, state, log);
  }

  get state(): State {
    return this.#state;
  }

  /**
   * Sets the state, and resolves when it is on disk, in the order of calls. If the disk fails, an error is logged, and
   * the state lasts as long as the process.
   */
  async set(state: State): Promise<void> {
    this.#state = state;
    this.#saving = this.#saving.then(async () => {
      try {
        await writeAtomically(this.#path, `${JSON.stringify(state, null, 2)}\n`);
      } catch (error) {
        this.#log.error(`${this.#path} cannot be written: ${messageOf(error)}`);
      }
    });
    await this.#saving;
  }
}

/**
 * Reads times by name, in ISO 8601, the JSON form of a `Date`.
 *
 * @throws Error that names the invalid time
 */
export function readTimes(json: unknown, name: string): Record<string, Date> {
  const times = Object.entries(fieldsOf(json, name)).map(
    ([key, text]) => [key, readMoment(text, key)] as const,
  );
  return Object.fromEntries(times);
}

/** @throws Error that names the invalid time */
export function readMoment(text: unknown, name: string): Date {
  const time = new Date(typeof text === 'string' ? text : Number.NaN);
  if (Number.isNaN(time.getTime())) throw new Error(`"${name}" is not a time`);
  return time;
}

/** @throws Error that names the value that is not an object */
export function fieldsOf(json: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${name} is not a JSON object`);
  }
  return { ...json };
}
