/**
 * Whether each part of a server works. It is checked on request, as a part without traffic would otherwise fail unnoticed.
 *
 * The answer is open to everyone, so checks are limited: one check of a part runs at a time, its result serves all requests for a
 * while, and no request waits longer than `TIMEOUT` for a check that hangs.
 */
import { messageOf } from '../errors.ts';
import type { Spool } from '../spool/spool.ts';
import type { Publisher } from '../stream/publisher.ts';
import { inTime } from '../timing/time-limit.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { ServedLive } from './served-live.ts';

/** Names of the parts, in the answer of `/readyz` and as labels of metrics. */
export const COMPONENTS = ['spool', 'store', 'rollups', 'live', 'stream'] as const;
type ComponentName = (typeof COMPONENTS)[number];

/** Milliseconds that a request waits for a check: less than balancers wait for its answer. */
const TIMEOUT = 1000;
/** Milliseconds for which a result is used. A check of Kafka opens a connection. */
const FRESH: Readonly<Record<ComponentName, number>> = {
  ...{ spool: 500, store: 1000, rollups: 0, live: 1000, stream: 10_000 },
};
/** Messages for clients, without addresses and paths: the log has the reason. */
const DOWN: Readonly<Record<ComponentName, string>> = {
  spool: 'hits are refused, since the spool cannot store them',
  store: 'the store does not answer; hits wait in the spool',
  rollups: 'hits cannot be rolled up, so that queries of long periods become slower',
  live: 'Redis does not answer; live counts are those before it failed',
  stream: 'Kafka does not answer; hits wait in the spool',
};

/** What is checked, as far as the server has it. */
interface Parts {
  readonly spool: Spool | undefined;
  readonly live: ServedLive | undefined;
  readonly db: DBTracker | undefined;
  readonly publisher: Publisher | undefined;
}

type Check = () => Promise<void>;
type Log = Record<'info' | 'error', (message: string) => void>;

/** The state of a component: what is wrong with it, if anything. */
export type ComponentStates = ReadonlyMap<ComponentName, string | undefined>;

export class Components {
  readonly #checks: readonly CachedCheck[];

  constructor({ spool, live, db, publisher }: Parts, log: Log) {
    const checks: Record<ComponentName, Check | undefined> = {
      spool: spool && (() => spool.probe()),
      store: db && (() => db.store.guard.ping()),
      rollups:
        db &&
        (async () => {
          if (db.rollups.failing !== undefined) throw new Error(db.rollups.failing);
        }),
      live: live?.ping,
      stream: publisher && (() => publisher.ping()),
    };
    this.#checks = COMPONENTS.flatMap((name) => {
      const check = checks[name];
      return check ? [new CachedCheck(name, check, log)] : [];
    });
  }

  /** Checks all components that this server has. */
  async states(): Promise<ComponentStates> {
    return new Map(
      await Promise.all(
        this.#checks.map(
          async (check) => [check.name, (await check.isUp()) ? undefined : DOWN[check.name]] as const,
        ),
      ),
    );
  }
}

class CachedCheck {
  readonly name: ComponentName;
  readonly #check: Check;
  readonly #log: Log;
  #running: Promise<void> | undefined;
  #checked = Number.NEGATIVE_INFINITY;
  #wasUp = true;

  constructor(name: ComponentName, check: Check, log: Log) {
    this.name = name;
    this.#check = check;
    this.#log = log;
  }

  async isUp(): Promise<boolean> {
    if (performance.now() - this.#checked < FRESH[this.name]) return this.#wasUp;
    this.#running ??= this.#check().finally(() => {
      this.#running = undefined;
    });
    const running = this.#running;
    try {
      await inTime(TIMEOUT, running, `no answer within ${TIMEOUT / 1000} s`);
      this.#note(true, '');
    } catch (error) {
      this.#note(false, messageOf(error));
    }
    return this.#wasUp;
  }

  #note(isUp: boolean, reason: string): void {
    this.#checked = performance.now();
    if (isUp === this.#wasUp) return;
    this.#wasUp = isUp;
    if (isUp) this.#log.info(`${this.name}: works again`);
    else this.#log.error(`${this.name}: ${DOWN[this.name]}: ${reason}`);
  }
}
