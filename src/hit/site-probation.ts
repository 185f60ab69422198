/**
 * Names of sites that nobody has claimed yet. Anyone can send a hit with a made-up host, so a name alone earns no place; visits
 * from several networks do. Names wait here meanwhile, in bounded memory: if there are too many, the network that introduced
 * most of them loses its newest, so a sender of made-up names does not push out those of others.
 */
import { FairQueue } from '../timing/fair-queue.ts';

/** Networks whose visits claim a site. */
export const CLAIMING_NETWORKS = 3;
/** Most waiting names: about 4 MB. */
const MOST_WAITING = 10_000;

interface Candidate {
  readonly site: string;
  /** The first one introduced it. */
  readonly networks: string[];
}

/**
 * @example
 * const probation = new SiteProbation();
 * ['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3'].map((client) => probation.visit('a.example', client)); // f, f, f, true
 */
export class SiteProbation {
  readonly #candidates = new Map<string, Candidate>();
  readonly #queue: FairQueue<Candidate>;

  constructor(most = MOST_WAITING) {
    this.#queue = new FairQueue(most);
  }

  /** Names that wait. */
  get size(): number {
    return this.#candidates.size;
  }

  /**
   * Notes a hit of a site.
   *
   * @param network of the client: see `ClientNetworks`
   * @returns whether several networks have visited it; it is forgotten then
   */
  visit(site: string, network: string): boolean {
    const wide = wideNetwork(network);
    const candidate = this.#candidates.get(site) ?? this.#add(site, wide);
    if (!candidate.networks.includes(wide)) candidate.networks.push(wide);
    if (candidate.networks.length < CLAIMING_NETWORKS) return false;
    this.forget(site);
    return true;
  }

  forget(site: string): void {
    const candidate = this.#candidates.get(site);
    if (!candidate) return;
    this.#candidates.delete(site);
    this.#queue.remove(candidate, candidate.networks[0]!);
  }

  #add(site: string, network: string): Candidate {
    const candidate = { site, networks: [network] };
    this.#candidates.set(site, candidate);
    const excess = this.#queue.add(candidate, network);
    if (excess) this.#candidates.delete(excess.site);
    return candidate;
  }
}

/** The /48 of an IPv6 network, as a customer may get as much; other clients unchanged. */
function wideNetwork(network: string): string {
  return network.includes(':') ? network.split(':', 3).join(':') : network;
}
