import { check } from './bench.ts';
import type { Scratch } from './scratch.ts';
import { type ServerProcess, startBare, startHitTracker, startNginx } from './server-process.ts';
import { storedHits } from './stored-hits.ts';

/** Admin token of the measured Hit Trackers. */
export const TOKEN = 'a-token-for-benchmarks';

/** The number of hits that a load generator knows to be acknowledged: it may have missed some answers. */
export interface Acknowledged {
  readonly least: number;
  readonly most: number;
}

/** The contenders: Hit Tracker with either durability, and the limits. */
export interface Contenders {
  readonly disk: Contender;
  readonly process: Contender;
  readonly bare: Contender;
  /** Where it is installed. */
  readonly nginx: Contender | undefined;
}

/** A measured server. */
export class Contender {
  readonly name: string;
  readonly server: ServerProcess;
  /** Whether it promises to keep what it acknowledges. */
  readonly #keeps: boolean;
  #stored = 0;

  private constructor(name: string, server: ServerProcess, keeps: boolean) {
    this.name = name;
    this.server = server;
    this.#keeps = keeps;
  }

  /** @param resources stop the servers */
  static async startAll(scratch: Scratch, resources: AsyncDisposableStack): Promise<Contenders> {
    const ours = async (durability: 'disk' | 'process') => {
      const server = resources.use(await startHitTracker(scratch.path(durability), durability, TOKEN));
      return new Contender(durability, server, true);
    };
    const disk = await ours('disk');
    const process = await ours('process');
    const bare = new Contender('bare node:http', resources.use(await startBare()), false);
    const nginx = await startNginx(scratch.path('nginx'));
    return { disk, process, bare, nginx: nginx && new Contender('nginx', resources.use(nginx), false) };
  }

  /**
   * Sends load, and then checks that the store holds exactly what was acknowledged: no hit is lost, and none counted
   * twice. When it returns, the server has no work left that would disturb the next run.
   *
   * @param send sends the load
   * @param acknowledged the load generator's count
   */
  async race<Result>(
    send: (server: ServerProcess) => Promise<Result>,
    acknowledged: (result: Result) => Acknowledged,
  ): Promise<Result> {
    const result = await send(this.server);
    const { least, most } = acknowledged(result);
    check(least > 0, `${this.name} acknowledged nothing`);
    if (this.#keeps) {
      const before = this.#stored;
      this.#stored = await storedHits(this.server, TOKEN);
      const gained = this.#stored - before;
      check(
        gained >= least && gained <= most,
        `${this.name} stored ${gained} hits, and acknowledged ${least === most ? least : `${least} to ${most}`}`,
      );
    }
    return result;
  }
}
