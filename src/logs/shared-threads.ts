import { isDeepStrictEqual } from 'node:util';
import type { LineRules } from './format.ts';
import type { ReaderThreadData } from './reader-thread.ts';
import { ReaderThreads } from './reader-threads.ts';

interface Shared {
  readonly rules: LineRules;
  readonly site: string;
  readonly threads: ReaderThreads;
  users: number;
}

/** The reading threads of all imports. Logs with the same rules and site share threads, as many logs may be followed at a time. */
export class SharedThreads {
  readonly #intake: ReaderThreadData['intake'];
  readonly #open = new Set<Shared>();

  constructor(intake: ReaderThreadData['intake']) {
    this.#intake = intake;
  }

  /** Each call needs one call of `close`. */
  open(rules: LineRules, site: string): ReaderThreads {
    for (const shared of this.#open) {
      if (shared.site !== site || shared.threads.isBroken || !isDeepStrictEqual(shared.rules, rules))
        continue;
      shared.users++;
      return shared.threads;
    }
    const threads = new ReaderThreads({ intake: this.#intake, rules, site });
    this.#open.add({ rules, site, threads, users: 1 });
    return threads;
  }

  /** Ends threads that are no longer used. */
  async close(threads: ReaderThreads): Promise<void> {
    for (const shared of this.#open) {
      if (shared.threads !== threads || --shared.users > 0) continue;
      this.#open.delete(shared);
      await threads.close();
    }
  }
}
