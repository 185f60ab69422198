import { type HitError, messageOf } from '../../errors.ts';
import type { KeyFingerprints } from '../../hit/key-fingerprints.ts';
import type { OwnLive } from '../../live/live.ts';
import { BOOLEAN, described, extended, type Static } from '../../schema/schema.ts';
import { LIVE, type NamedWindow } from '../live-answer.ts';
import { checkNames, mergedAnswer, ORIGIN, type ReachedNode, type Unreached } from './merged-answer.ts';
import { RemoteNode, type RemoteNodeOptions } from './remote-node.ts';

/** Timeout for a peer, in milliseconds: readers of live counts wait for it. */
const REQUEST_TIMEOUT = 2000;
/** Largest answer in bytes: a table, a ring, and the filter of half a billion visitors. */
const MOST_BYTES = 800 * 2 ** 20;
/** Milliseconds for which an answer of a peer is cached. */
const CACHE_MS = 500;
const ADVICE =
  'give all nodes the same secrets.json, or set --peer-token; and upgrade it if its version is older';

export const PEERS_LIVE = extended(LIVE, {
  partial: described(BOOLEAN, 'whether a peer is missing'),
  ...ORIGIN,
});

/** The answer of `GET /api/v1/live` of a node with peers. */
export type PeersAnswer = Static<typeof PEERS_LIVE>;

/** This node, among others. */
export interface LocalNode {
  /** Random, generated at the node's start. */
  readonly node: string;
  readonly live: Pick<OwnLive, 'state'>;
  readonly keys: () => KeyFingerprints;
  readonly now: () => number;
}

interface Round {
  readonly at: number;
  readonly outcomes: Promise<readonly (ReachedNode | Unreached)[]>;
}

/**
 * Nodes that share nothing: each counts alone. A node that is queried merges the sketches of all, and answers
 * as if it had seen the traffic of all.
 *
 * @example
 * const peers = new Peers(['http://10.0.0.2:5000'], { token }, { node, live, keys, now: Date.now });
 * (await peers.read('example.com', readWindows('60s'))).partial; // whether one did not answer
 */
export class Peers {
  readonly #nodes: readonly RemoteNode[];
  readonly #localNode: LocalNode;
  /** Requests in progress or recently done, by site. */
  readonly #cache = new Map<string | undefined, Round>();
  readonly #isUp = new Map<string, boolean>();

  /**
   * @param urls of the peers
   * @param remote the token for them, and whether it may be sent outside private networks
   * @throws HitError `bad_usage` for text that is not the URL of a node
   */
  constructor(urls: readonly string[], remote: Omit<RemoteNodeOptions, 'advice'>, own: LocalNode) {
    this.#nodes = urls.map((url) => new RemoteNode(url, { ...remote, advice: ADVICE }));
    this.#localNode = own;
  }

  /** Which peers answered the last request. */
  get isUp(): ReadonlyMap<string, boolean> {
    return this.#isUp;
  }

  /**
   * @param site undefined for all sites together
   * @throws HitError `merge_failed` if peers keep no windows and this node does, or vice versa
   */
  async read(site: string | undefined, windows: readonly NamedWindow[]): Promise<PeersAnswer> {
    const outcomes = await this.#ask(site);
    const own = await this.#ownAnswer(site);
    const reached: ReachedNode[] = [own];
    const unreached: Unreached[] = [];
    for (const outcome of outcomes) {
      if ('problem' in outcome) unreached.push(outcome);
      // All nodes may share one list of peers, so it may contain the node itself.
      else if (outcome.snapshot.node !== this.#localNode.node) addTo(reached, unreached, outcome);
    }
    const { total, ...answer } = mergedAnswer(reached, unreached, site, windows);
    return {
      ...answer,
      total: { hits: total.hits, visitors: total.visitors },
      partial: unreached.length > 0,
    };
  }

  #ask(site: string | undefined): Round['outcomes'] {
    const now = performance.now();
    for (const [key, { at }] of this.#cache)
      if (now - at > CACHE_MS + REQUEST_TIMEOUT) this.#cache.delete(key);
    const known = this.#cache.get(site);
    if (known && now - known.at < CACHE_MS) return known.outcomes;
    const outcomes = Promise.all(this.#nodes.map((node) => this.#outcomeOf(node, site)));
    this.#cache.set(site, { at: now, outcomes });
    return outcomes;
  }

  async #outcomeOf(node: RemoteNode, site: string | undefined): Promise<ReachedNode | Unreached> {
    const url = node.name;
    try {
      const answer = await node.fetch({ site, timeout: REQUEST_TIMEOUT, mostBytes: MOST_BYTES });
      this.#isUp.set(url, true);
      return { url, ...answer };
    } catch (error) {
      this.#isUp.set(url, false);
      return { url, problem: messageOf(error) };
    }
  }

  async #ownAnswer(site: string | undefined): Promise<ReachedNode> {
    const { node, live, keys, now } = this.#localNode;
    const state = await live.state(site);
    const at = now();
    return { url: '', received: at, snapshot: { site, at, node, keys: keys(), state } };
  }
}

/** A peer that cannot be merged is left out, and reported as such. */
function addTo(reached: ReachedNode[], unreached: Unreached[], peer: ReachedNode): void {
  try {
    checkNames([...reached, peer]);
    reached.push(peer);
  } catch (error) {
    unreached.push({ url: peer.url, problem: (error as HitError).message });
  }
}
