import { HitError } from '../../errors.ts';
import { keyMismatches } from '../../hit/key-fingerprints.ts';
import { LiveMerge, type TotalSource } from '../../live/live-merge.ts';
import type { Snapshot } from '../../live/snapshot.ts';
import { COUNT, either, list, object, type Static, TEXT, TIME } from '../../schema/schema.ts';
import { answerOf, type LiveAnswer, type NamedWindow } from '../live-answer.ts';
import { consensusTime } from './clocks.ts';
import type { SketchAnswer } from './remote-node.ts';

/** A node that answered. */
export interface ReachedNode extends SketchAnswer {
  readonly url: string;
}

const UNREACHED = object({ url: TEXT, problem: TEXT });
/** A node that did not answer, and why. */
export type Unreached = Static<typeof UNREACHED>;

const NODE = object({ url: TEXT, at: TIME, hits: COUNT, visitors: COUNT });
/** The totals of one node. */
export type NodeAnswer = Static<typeof NODE>;

/** Where a merged answer comes from. */
export const ORIGIN = {
  /** This node, as '', and its peers. */
  nodes: list(either(NODE, UNREACHED)),
  warnings: list(TEXT),
};

/** The output of `merge --json`: the answer of `GET /api/v1/live`, and its origin. */
export interface MergeAnswer extends LiveAnswer {
  readonly total: LiveAnswer['total'] & { readonly visitors_from: TotalSource };
  readonly nodes: readonly (NodeAnswer | Unreached)[];
  readonly warnings: readonly string[];
}

/**
 * Merges the states of nodes.
 *
 * @param site undefined for all sites together
 * @param windows empty if the nodes keep none
 * @throws HitError `merge_failed` for nodes that cannot be merged
 */
export function mergedAnswer(
  reached: readonly ReachedNode[],
  unreached: readonly Unreached[],
  site: string | undefined,
  windows: readonly NamedWindow[],
): MergeAnswer {
  const warnings = [
    ...unreached.map(({ url, problem }) => `left out ${url}: ${problem}`),
    ...checkNames(reached),
  ];
  const { now, off } = consensusTime(
    reached.map(({ snapshot, received }) => ({ at: snapshot.at, received })),
  );
  for (const [i, { url }] of reached.entries()) if (off[i] !== 0) warnings.push(clockWarning(url, off[i]!));
  const merge = mergeOf(reached);
  const { total, windows: counts } = counted(() =>
    merge.read(
      windows.map(({ seconds }) => seconds),
      now,
    ),
  );
  return {
    site: site ?? null,
    at: new Date(now).toISOString(),
    total: { ...total, visitors_from: merge.totalSource! },
    windows: answerOf(windows, counts),
    nodes: [...reached.map(nodeAnswer), ...unreached],
    warnings,
  };
}

/** The node that answers has no address. */
function nameOf(url: string): string {
  return url === '' ? 'this node' : url;
}

/**
 * Checks that the nodes are distinct and identify a visitor in the same way.
 *
 * @returns warnings: differences that do not make the answer worthless
 * @throws HitError `merge_failed` for differences that do
 */
export function checkNames(reached: readonly ReachedNode[]): string[] {
  const [first] = reached;
  const warnings: string[] = [];
  const urls = new Map<string, string>();
  for (const { url, snapshot } of reached) {
    const same = urls.get(snapshot.node);
    if (same !== undefined) {
      throw new HitError(
        'merge_failed',
        `${nameOf(same)} and ${nameOf(url)} are the same node: its hits would count twice`,
      );
    }
    urls.set(snapshot.node, url);
    const { secrets, days } = differencesOf(first!.snapshot, snapshot);
    if (secrets) {
      throw new HitError(
        'merge_failed',
        `${nameOf(url)} identifies visitors by other keys than ${nameOf(first!.url)}, so a visitor of both cannot be recognized: give all nodes the same secrets.json`,
      );
    }
    if (days.length > 0) {
      warnings.push(
        `${nameOf(url)} has another salt than ${nameOf(first!.url)} on ${days.join(' and ')}: visitors of both without a cookie count twice`,
      );
    }
  }
  return warnings;
}

/** Each node makes its own daily salts, unless it takes those of another. */
function differencesOf(ours: Snapshot, theirs: Snapshot): { secrets: boolean; days: string[] } {
  const names = keyMismatches(ours.keys, theirs.keys);
  const days = names.filter((name) => /^\d/.test(name));
  return { secrets: days.length < names.length, days };
}

function mergeOf(reached: readonly ReachedNode[]): LiveMerge {
  const merge = new LiveMerge();
  for (const { url, snapshot } of reached) counted(() => merge.add(snapshot.state), `${url}: `);
  return merge;
}

/** Errors of the merge become `merge_failed`. */
function counted<Result>(work: () => Result, whose = ''): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof HitError
      ? new HitError('merge_failed', `${whose}${error.message}`, { cause: error })
      : error;
  }
}

function clockWarning(url: string, off: number): string {
  const seconds = Math.round(Math.abs(off) / 1000);
  return `the clock of ${nameOf(url)} is ${seconds} s ${off > 0 ? 'ahead' : 'behind'}: windows are off by that much`;
}

function nodeAnswer({ url, snapshot }: ReachedNode): NodeAnswer {
  return { url, at: new Date(snapshot.at).toISOString(), ...snapshot.state.total };
}
