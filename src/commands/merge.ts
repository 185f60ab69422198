import { HitError, messageOf } from '../errors.ts';
import { type NamedWindow, readSite, readWindows } from '../http/live-answer.ts';
import { mergedAnswer, type ReachedNode, type Unreached } from '../http/peers/merged-answer.ts';
import { RemoteNode, type SketchAnswer } from '../http/peers/remote-node.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { MERGE_SETTINGS } from '../settings/merge.ts';
import type { Values } from '../settings/setting.ts';
import type { Command } from './command.ts';
import { mergeText } from './merge-text.ts';

type MergeValues = Values<typeof MERGE_SETTINGS>;

export const merge: Command<typeof MERGE_SETTINGS> = {
  usage: '[options] URL…',
  settings: MERGE_SETTINGS,
  examples: [
    'hit-tracker merge http://10.0.0.1:5000 http://10.0.0.2:5000',
    'hit-tracker merge --site example.com --window 17s,30d --json http://10.0.0.1:5000 http://10.0.0.2:5000',
    'HIT_TOKEN=first,second hit-tracker merge --partial http://10.0.0.1:5000 http://10.0.0.2:5000',
  ],
  async run(values, positionals, terminal) {
    const nodes = nodesOf(positionals, values.token, values['allow-insecure-peers']!);
    const { site, windows } = sketchQueryOf(values);
    const query = { site, timeout: values.timeout! * 1000, mostBytes: values['max-size']! };
    const outcomes = await Promise.all(nodes.map((node) => outcomeOf(node, node.fetch(query))));
    const reached = outcomes.filter((outcome) => 'snapshot' in outcome);
    const unreached = outcomes.filter((outcome) => 'problem' in outcome);
    checkReached(reached, unreached, values.partial!);
    const keepsWindows = reached.some(({ snapshot }) => snapshot.state.windows);
    const requested = values.window === undefined && !keepsWindows ? [] : windows;
    const answer = mergedAnswer(reached, unreached, site, requested);
    for (const warning of answer.warnings) terminal.stderr.write(`hit-tracker: ${warning}\n`);
    terminal.stdout.write(
      values.json ? `${jsonText(answer)}\n` : mergeText(answer, terminal.stdout.columns ?? 80),
    );
  },
};

/**
 * The named nodes, without duplicates.
 *
 * @param tokens one for all nodes, or one for each, separated by commas
 * @param allowsPublic whether to send them over plain HTTP outside private networks too
 * @throws HitError `bad_usage`
 */
function nodesOf(urls: readonly string[], tokens: string | undefined, allowsPublic: boolean): RemoteNode[] {
  if (urls.length === 0) throw new HitError('bad_usage', 'name the URLs of nodes, such as http://host:5000');
  const each = urls.length === 1 ? [tokens] : (tokens?.split(',') ?? [undefined]);
  if (each.length !== 1 && each.length !== urls.length) {
    throw new HitError(
      'bad_usage',
      `--token has ${each.length} tokens for ${urls.length} nodes: give one for all, or one for each`,
    );
  }
  const nodes = urls.map((url, i) => {
    const token = each[i] ?? each[0];
    return new RemoteNode(url, { token, allowsPublic: allowsPublic || token === undefined });
  });
  const names = nodes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new HitError('bad_usage', `${twice} is listed twice: its hits would count twice`);
  return nodes;
}

/** An invalid query is wrong usage, and reported before any node is queried. */
function sketchQueryOf({ site, window }: MergeValues): { site: string | undefined; windows: NamedWindow[] } {
  try {
    return { site: readSite(site), windows: readWindows(window) };
  } catch (error) {
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}

async function outcomeOf(node: RemoteNode, answer: Promise<SketchAnswer>): Promise<ReachedNode | Unreached> {
  const url = node.name;
  try {
    return { url, ...(await answer) };
  } catch (error) {
    return { url, problem: messageOf(error) };
  }
}

/** @throws HitError `merge_failed` if a required node is missing, or all nodes are */
function checkReached(
  reached: readonly ReachedNode[],
  unreached: readonly Unreached[],
  partial: boolean,
): void {
  if (unreached.length === 0 || (partial && reached.length > 0)) return;
  const missing = unreached.map(({ url, problem }) => `${url}: ${problem}`);
  const advice = reached.length > 0 ? '; --partial merges the rest' : '';
  throw new HitError('merge_failed', `${missing.join('; ')}${advice}`);
}
