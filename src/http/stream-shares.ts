/**
 * Shares of the endless streams, whose number is limited. An administrator gets a stream unless administrators hold all: the oldest
 * one without a token ends for it, or else of another token. Another client, identified by its token or else its address, has a
 * limited share. A client without a token gets one that a client with more streams loses.
 *
 * Invariants: there are at most `MOST` streams, at most `MOST_OTHERS` of them not of administrators, and at most `MOST_OF_CLIENT`
 * of one other client.
 */
import { HitError } from '../errors.ts';

export const MOST = 100;
/** The rest is kept for administrators. */
const MOST_OTHERS = 80;
const MOST_OF_CLIENT = 20;

/** Who reads a stream. */
export interface StreamReader {
  /** `admin`, the ID of a token, or undefined without one. */
  readonly holder: string | undefined;
  /** Its address, of IPv6 its network. */
  readonly network: string;
}

interface Held extends StreamReader {
  readonly end: () => void;
}

export class StreamShares {
  /** The oldest first. */
  readonly #streams = new Set<Held>();

  /**
   * Adds a stream.
   *
   * @param end ends it, for another one
   * @returns a function to call when it has ended
   * @throws HitError `overloaded`
   */
  add(reader: StreamReader, end: () => void): () => void {
    const isAdmin = reader.holder === 'admin';
    const others = this.#matching(({ holder }) => holder !== 'admin').length;
    if (!isAdmin && this.#of(reader).length >= MOST_OF_CLIENT)
      throw full(`this client already has ${MOST_OF_CLIENT} connections for events`);
    if (this.#streams.size >= MOST || (!isAdmin && others >= MOST_OTHERS)) this.#makeRoom(reader);
    const held = { ...reader, end };
    this.#streams.add(held);
    return () => this.#streams.delete(held);
  }

  /** Ends a stream for one of this reader. @throws HitError `overloaded` if there is none that may end for it */
  #makeRoom(reader: StreamReader): void {
    const anonymous = this.#matching(({ holder }) => holder === undefined);
    const [oldest] =
      reader.holder === undefined
        ? this.#greediest(anonymous, this.#of(reader).length)
        : [
            ...anonymous,
            ...(reader.holder === 'admin' ? this.#matching(({ holder }) => holder !== 'admin') : []),
          ];
    if (!oldest) throw full(`${this.#streams.size} connections for events are already open`);
    this.#streams.delete(oldest);
    oldest.end();
  }

  /** Streams of the client with the most, if those are more than a number and one. */
  #greediest(anonymous: readonly Held[], own: number): readonly Held[] {
    const clients = [...Map.groupBy(anonymous, ({ network }) => network).values()];
    const most = clients.reduce<readonly Held[]>((a, b) => (b.length > a.length ? b : a), []);
    return most.length > own + 1 ? most : [];
  }

  #of({ holder, network }: StreamReader): readonly Held[] {
    return this.#matching((each) =>
      holder === undefined ? each.holder === undefined && each.network === network : each.holder === holder,
    );
  }

  #matching(test: (stream: Held) => boolean): readonly Held[] {
    return [...this.#streams].filter(test);
  }
}

function full(why: string): HitError {
  return new HitError('overloaded', `${why}; use /api/v1/live instead`, { retryAfter: 10 });
}
