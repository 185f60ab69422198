import { createInterface } from 'node:readline/promises';
import { type DeletedSite, SiteDeletions } from '../deletion/site-deletions.ts';
import { HitError } from '../errors.ts';
import { PublicSites } from '../folder/public-sites.ts';
import { Tokens } from '../folder/tokens.ts';
import { siteName } from '../hit/site-name.ts';
import type { SiteSummary } from '../query/answers.ts';
import { Resources } from '../query/resources/resources.ts';
import { numberText } from '../report/number-text.ts';
import { AlertRules } from '../schedule/alert-rules.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { suggestion, unknownName } from '../schema/suggestion.ts';
import type { Values } from '../settings/setting.ts';
import { SITES_SETTINGS } from '../settings/sites.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command, Terminal } from './command.ts';
import { ControlClient } from './control-client.ts';
import { assertStore } from './existing-store.ts';
import { unexpected } from './usage.ts';

type SitesValues = Values<typeof SITES_SETTINGS>;

const VERBS = ['list', 'delete'] as const;

export const sites: Command<typeof SITES_SETTINGS> = {
  usage: 'list | delete SITE [options]',
  settings: SITES_SETTINGS,
  examples: [
    'hit-tracker sites list',
    'hit-tracker sites delete staging.example.com',
    'hit-tracker sites delete staging.example.com --yes --json',
  ],
  async run(values, [verb, name, ...rest], terminal) {
    if (verb === undefined) throw new HitError('bad_usage', `a subcommand is missing: ${VERBS.join(', ')}`);
    if (!VERBS.some((known) => known === verb))
      throw new HitError('bad_usage', unknownName('the subcommand', verb, VERBS).message);
    const extra = verb === 'list' && name !== undefined ? [name, ...rest] : rest;
    if (extra.length > 0) throw unexpected(extra);
    if (verb === 'list') {
      await using store = await openSites(values);
      const all = await store.list();
      terminal.stdout.write(values.json ? `${jsonText({ sites: all })}\n` : all.map(lineOf).join(''));
      return;
    }
    const site = siteOf(name);
    await using store = await openSites(values);
    const all = await store.list();
    const found = all.find((each) => each.site === site);
    if (!values.yes) await confirm(site, found, terminal);
    const deleted = await store.delete(site);
    if (!deleted) {
      const names = all.map((each) => each.site);
      throw new HitError('not_found', `there is no site ${site}${suggestion(site, names)}`);
    }
    terminal.stdout.write(values.json ? `${jsonText(deleted)}\n` : deletedText(deleted));
  },
};

interface SiteStore extends AsyncDisposable {
  list(): Promise<readonly SiteSummary[]>;
  /** @returns undefined if there is no such site */
  delete(site: string): Promise<DeletedSite | undefined>;
}

/** The sites of the server that runs on the data folder, or of the folder itself. */
async function openSites(values: SitesValues): Promise<SiteStore> {
  const dataDir = values['data-dir']!;
  const control = await ControlClient.connect(dataDir);
  if (control) {
    return {
      list: async () => (await control.get<{ sites: SiteSummary[] }>('/api/v1/sites')).sites,
      delete: (site) => control.send('DELETE', `/api/v1/sites/${encodeURIComponent(site)}`),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  assertStore(dataDir, values.store);
  const db = await DBTracker.open({ dataDir, store: values.store! });
  const { store, spool, rollups } = db;
  const { now } = Date;
  return {
    list: () => db.sites(),
    delete: (site) => {
      const siteData = [
        new Tokens(dataDir, now),
        new PublicSites(dataDir),
        new Resources(dataDir),
        new AlertRules(dataDir, []),
      ];
      return new SiteDeletions({ store, spool, rollups, siteData, now }).delete(site);
    },
    [Symbol.asyncDispose]: () => db.close(),
  };
}

function siteOf(text: string | undefined): string {
  if (text === undefined) throw new HitError('bad_usage', 'name the site to delete');
  const site = siteName(text);
  if (site === '') throw new HitError('bad_usage', `"${text}" is not a host name`);
  return site;
}

/** @throws HitError `bad_usage` unless the user types the name of the site */
async function confirm(
  site: string,
  found: SiteSummary | undefined,
  { stdin, stderr }: Terminal,
): Promise<void> {
  const hits = found ? `, which has ${numberText(found.hits)} hits` : '';
  const what = `This deletes ${site}${hits}, with its goals, tokens and settings. This cannot be undone`;
  if (!stdin.isTTY || !stderr.isTTY)
    throw new HitError('bad_usage', `${what}: confirm it with --yes. Nothing is deleted`);
  const reader = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await reader.question(`${what}.\nType the name of the site to delete it: `);
    if (siteName(answer) !== site) throw new HitError('bad_usage', `that is not ${site}: nothing is deleted`);
  } finally {
    reader.close();
  }
}

function lineOf({ site, hits, visitors, first, last }: SiteSummary): string {
  const period = `${first.slice(0, 10)} to ${last.slice(0, 10)}`;
  return `${site}: ${numberText(hits)} hits, ${numberText(visitors)} visitors, ${period}\n`;
}

function deletedText({ site, hits, visits }: DeletedSite): string {
  return `Deleted ${site}: ${numberText(hits)} stored hits, ${numberText(visits)} visits.\n`;
}
