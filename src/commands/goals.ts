import { HitError, messageOf } from '../errors.ts';
import { DataFolder } from '../folder/folder.ts';
import { siteName } from '../hit/site-name.ts';
import type { Action } from '../query/engine/query.ts';
import type { ValueOf } from '../query/resources/kinds.ts';
import { Resources } from '../query/resources/resources.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { unknownName } from '../schema/suggestion.ts';
import { GOAL_SETTINGS } from '../settings/query.ts';
import type { Values } from '../settings/setting.ts';
import type { Command } from './command.ts';
import { ControlClient } from './control-client.ts';
import { unexpected } from './usage.ts';

type GoalValues = Values<typeof GOAL_SETTINGS>;
type Goal = ValueOf<'goals'>;

const VERBS = ['list', 'add', 'remove'] as const;

export const goals: Command<typeof GOAL_SETTINGS> = {
  usage: 'list | add NAME | remove NAME --site SITE [options]',
  settings: GOAL_SETTINGS,
  examples: [
    'hit-tracker goals list --site example.com',
    "hit-tracker goals add signup --site example.com --event signup --prop 'plan=pro|team'",
    "hit-tracker goals add 'read to the end' --site example.com --page '/blog/*' --scroll 90",
    'hit-tracker goals remove signup --site example.com',
  ],
  async run(values, [verb, name, ...rest], { stdout }) {
    const site = siteOf(values.site);
    if (verb === undefined) throw new HitError('bad_usage', `a subcommand is missing: ${VERBS.join(', ')}`);
    if (!VERBS.some((known) => known === verb)) throw usage(unknownName('the subcommand', verb, VERBS));
    const extra = verb === 'list' && name !== undefined ? [name, ...rest] : rest;
    if (extra.length > 0) throw unexpected(extra);
    if (verb !== 'list' && name === undefined) throw new HitError('bad_usage', `name the goal to ${verb}`);
    const goal = verb === 'add' ? { name, action: actionOf(values) } : undefined;
    try {
      await using store = await openGoals(values['data-dir']!, site);
      if (goal) await store.add(goal);
      if (verb === 'remove') await store.remove(name!);
      const list = await store.list();
      stdout.write(values.json ? `${jsonText({ goals: list })}\n` : list.map(lineOf).join(''));
    } catch (error) {
      throw error instanceof HitError && error.code === 'invalid' ? usage(error) : error;
    }
  },
};

interface GoalStore extends AsyncDisposable {
  list(): Promise<readonly Goal[]>;
  add(goal: unknown): Promise<unknown>;
  remove(name: string): Promise<unknown>;
}

/** Of the server that runs on the data folder, or of the folder itself. */
async function openGoals(dataDir: string, site: string): Promise<GoalStore> {
  const control = await ControlClient.connect(dataDir);
  if (control) {
    const path = `/api/v1/sites/${encodeURIComponent(site)}/goals`;
    return {
      list: async () => (await control.get<{ goals: Goal[] }>(path)).goals,
      add: (goal) => control.send('POST', path, goal),
      remove: (name) => control.send('DELETE', `${path}/${encodeURIComponent(name)}`),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const folder = DataFolder.open(dataDir);
  const resources = new Resources(folder.path);
  return {
    list: async () => resources.list('goals', site),
    add: async (goal) => resources.create('goals', site, goal),
    remove: async (name) => resources.remove('goals', site, name),
    [Symbol.asyncDispose]: async () => folder.close(),
  };
}

function siteOf(text: string | undefined): string {
  const site = siteName(text ?? '');
  if (site !== '') return site;
  throw new HitError(
    'bad_usage',
    text === undefined ? '--site is missing' : `--site: "${text}" is not a host name`,
  );
}

function actionOf({ event, prop, page, scroll }: GoalValues): object {
  if ((event === undefined) === (page === undefined))
    throw new HitError('bad_usage', 'set either --event or --page');
  if (event !== undefined) {
    if (scroll !== undefined) throw new HitError('bad_usage', '--scroll requires --page');
    return { kind: 'event', event, ...(prop && { props: propsOf(prop) }) };
  }
  if (prop) throw new HitError('bad_usage', '--prop requires --event');
  return scroll === undefined ? { kind: 'page', page } : { kind: 'scroll', page, depth: readNumber(scroll) };
}

function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number))
    throw new HitError('bad_usage', `--scroll: "${text}" is not a number`);
  return number;
}

function propsOf(texts: readonly string[]): Record<string, string[]> {
  const props = new Map<string, string[]>();
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at <= 0)
      throw new HitError('bad_usage', `--prop: "${text}" is not a property such as 'plan=pro|team'`);
    const name = text.slice(0, at);
    if (props.has(name))
      throw new HitError('bad_usage', `--prop: "${name}" is given twice: separate its values by |`);
    props.set(name, text.slice(at + 1).split('|'));
  }
  return Object.fromEntries(props);
}

function lineOf({ name, action }: Goal): string {
  return `${name}: ${actionText(action)}\n`;
}

function actionText(action: Action): string {
  const { kind, ...members } = action;
  const texts = Object.entries(members).map(
    ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return (kind in members ? texts : [kind, ...texts]).join(', ');
}

function usage(error: HitError): HitError {
  return new HitError('bad_usage', messageOf(error), { cause: error });
}
