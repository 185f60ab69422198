/** The commands of the program. Each is loaded when it is run: `report` needs no HTTP server, and `--help` none of them. */
import type { Settings } from '../settings/setting.ts';
import type { Command } from './command.ts';

export interface CommandEntry {
  /** What it does, as a line of the program's `--help`. */
  readonly summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: 'run the server: collect hits and answer queries over HTTP',
    load: async () => asCommand((await import('./serve.ts')).serve),
  },
  import: {
    summary: 'import access logs, each line once',
    load: async () => asCommand((await import('./import.ts')).importLogs),
  },
  report: {
    summary: 'print totals, a series and rankings of a period',
    load: async () => asCommand((await import('./report.ts')).report),
  },
  query: {
    summary: 'answer a query about visits, hits and goals',
    load: async () => asCommand((await import('./query.ts')).query),
  },
  funnel: {
    summary: 'count the visitors who take a sequence of steps',
    load: async () => asCommand((await import('./funnel.ts')).funnel),
  },
  journeys: {
    summary: 'show the pages viewed before and after a page',
    load: async () => asCommand((await import('./journeys.ts')).journeys),
  },
  retention: {
    summary: 'count how many new visitors return in later days, weeks or months',
    load: async () => asCommand((await import('./retention.ts')).retention),
  },
  goals: {
    summary: 'list, add and remove the goals of a site',
    load: async () => asCommand((await import('./goals.ts')).goals),
  },
  sites: {
    summary: 'list sites, or delete a site with all its data',
    load: async () => asCommand((await import('./sites.ts')).sites),
  },
  top: {
    summary: 'show live counts and rankings of a server in the terminal',
    load: async () => asCommand((await import('./top.ts')).top),
  },
  merge: {
    summary: 'merge the live counts of several nodes, counting each visitor once',
    load: async () => asCommand((await import('./merge.ts')).merge),
  },
  consume: {
    summary: 'load hits from Kafka into the store, exactly once',
    load: async () => asCommand((await import('./consume.ts')).consume),
  },
  export: {
    summary: 'export individual hits as CSV, NDJSON or Parquet',
    load: async () => asCommand((await import('./export.ts')).exportStore),
  },
  archive: {
    summary: 'move old hits from the store to Parquet files, by site and day',
    load: async () => asCommand((await import('./archive.ts')).archive),
  },
  restore: {
    summary: 'restore archived hits to the store',
    load: async () => asCommand((await import('./restore.ts')).restore),
  },
  purge: {
    summary: 'delete hits, rollups and visits past their retention',
    load: async () => asCommand((await import('./purge.ts')).purgeStore),
  },
  backup: {
    summary: 'copy the data folder, even while a server is running',
    load: async () => asCommand((await import('./backup.ts')).backupFolder),
  },
  doctor: {
    summary: 'check a data folder and its store, and repair them',
    load: async () => asCommand((await import('./doctor.ts')).doctor),
  },
  move: {
    summary: 'migrate the embedded store to a ClickHouse server',
    load: async () => asCommand((await import('./move.ts')).moveToServer),
  },
  secrets: {
    summary: 'create the secrets that several nodes share, or replace a lost import salt',
    load: async () => asCommand((await import('./secrets.ts')).makeSecrets),
  },
};

/** A command knows the types of its own settings only. */
function asCommand<Specs extends Settings>(command: Command<Specs>): Command {
  return command as unknown as Command;
}
