import { resolve } from 'node:path';
import { HitError } from '../errors.ts';
import { Secrets } from '../folder/secrets.ts';
import { type MoveProgress, type MoveSummary, moveStore } from '../migration/mover.ts';
import { checkServer } from '../migration/reach.ts';
import { bytesText, wholeText } from '../report/number-text.ts';
import { drainAndRollUp } from '../rollup/drain-and-roll-up.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { MOVE_SETTINGS } from '../settings/move.ts';
import { Store } from '../store/store.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command, Terminal } from './command.ts';
import { ControlClient } from './control-client.ts';
import { assertStore } from './existing-store.ts';
import { StatusLine } from './status-line.ts';
import { unexpected } from './usage.ts';

/** What would be moved. */
interface Load {
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly bytes: number }[];
  /** Hits that the database has already. */
  readonly there: number;
}

export const moveToServer: Command<typeof MOVE_SETTINGS> = {
  usage: '--to clickhouse://user:pass@host:8123/db [options]',
  settings: MOVE_SETTINGS,
  examples: [
    'hit-tracker move --to clickhouse://hit_tracker:secret@db:8123/hits --dry-run',
    "HIT_TO='clickhouses://hit_tracker:secret@db:8443/hits?cluster=main' hit-tracker move",
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const { to } = values;
    const dataDir = values['data-dir']!;
    if (to === undefined)
      throw new HitError('bad_usage', 'name the server: --to clickhouse://user:pass@host:8123/db');
    if (to === 'embedded')
      throw new HitError('bad_setting', '--to: the destination must be a server, clickhouse://…');
    if (await ControlClient.connect(dataDir)) {
      throw new HitError(
        'data_dir_locked',
        `a server runs on ${dataDir}: stop it, move, and start it with --store; or, for less downtime, move a copy made by backup, then stop it and move again`,
      );
    }
    const there = await checkServer(to);
    assertStore(dataDir);
    await using db = await DBTracker.open({ dataDir });
    const signal = terminal.interruption();
    // Watermarks record the hits that are rolled up, so that the server does not roll them up again.
    await drainAndRollUp(db, signal);
    const print = (answer: object, text: string) =>
      terminal.stdout.write(values.json ? `${jsonText(answer)}\n` : text);
    if (values['dry-run']) {
      const load = { tables: await tablesOf(db.store), there: there ?? 0 };
      print({ dry_run: true, ...load }, loadText(load));
      return;
    }
    const summary = await move(db.store, { to, dataDir }, terminal, signal);
    print(
      { dry_run: false, ...summary, hits_per_second: Math.round(speedOf(summary)) },
      movedText(summary, to, dataDir),
    );
  },
};

async function move(
  from: Store,
  { to, dataDir }: { readonly to: string; readonly dataDir: string },
  terminal: Terminal,
  signal: AbortSignal,
): Promise<MoveSummary> {
  // An earlier move may have been that of a version that did not key the digests of logs.
  const { importKey } = Secrets.open(dataDir);
  // Only an embedded store has a folder, and the target is a server.
  await using target = await Store.open({ setting: to, folder: '', importKey });
  return await StatusLine.during(terminal, progressText, (onProgress) =>
    moveStore(from, target, { onProgress, signal }),
  );
}

async function tablesOf(store: Store): Promise<Load['tables']> {
  const rows = await store.rows<{ table: string; rows: string | number; bytes: string | number }>(
    'storage_tables',
    {},
  );
  return rows
    .filter(({ table }) => table !== 'migrations')
    .map(({ table, rows, bytes }) => ({ table, rows: Number(rows), bytes: Number(bytes) }));
}

/** `hits  42 %  1,234,567 of 2,934,567` */
function progressText({ table, done, hits }: MoveProgress): string {
  return `${table}  ${wholeText((100 * done) / Math.max(1, hits))} %  ${wholeText(done)} of ${wholeText(hits)} hits`;
}

function loadText({ tables, there }: Load): string {
  const lines = tables.map(
    ({ table, rows, bytes }) => `  ${table}: ${wholeText(rows)} rows, ${bytesText(bytes)} on disk here\n`,
  );
  const already = there > 0 ? `The server already has ${wholeText(there)} hits.\n` : '';
  return `${lines.length === 0 ? 'There is nothing to move.' : 'Would move:'}\n${lines.join('')}${already}`;
}

function movedText(summary: MoveSummary, to: string, dataDir: string): string {
  const { hits, days, already, seconds } = summary;
  const before = already > 0 ? `; ${wholeText(already)} were there before` : '';
  return [
    `The server has ${wholeText(hits)} hits of ${wholeText(days)} days, equal day by day, in ${seconds.toFixed(1)} s` +
      ` (${wholeText(speedOf(summary))} hits/s)${before}.`,
    `Start with:  hit-tracker serve --data-dir ${dataDir} --store '${to.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:…@')}'`,
    `The data folder is still needed, for its secrets and its spool; ${resolve(dataDir, 'store')} is not.`,
    '',
  ].join('\n');
}

function speedOf({ hits, already, seconds }: MoveSummary): number {
  return (hits - already) / Math.max(seconds, 0.001);
}
