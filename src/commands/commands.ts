/** The commands of the program, each loaded when it is needed: `report` needs no HTTP server, and `--version` no engine. */
import type { Settings } from '../settings/setting.ts';
import type { Command } from './command.ts';

export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => asCommand((await import('./serve.ts')).serve),
  import: async () => asCommand((await import('./import.ts')).importLogs),
  report: async () => asCommand((await import('./report.ts')).report),
  query: async () => asCommand((await import('./query.ts')).query),
  funnel: async () => asCommand((await import('./funnel.ts')).funnel),
  journeys: async () => asCommand((await import('./journeys.ts')).journeys),
  retention: async () => asCommand((await import('./retention.ts')).retention),
  goals: async () => asCommand((await import('./goals.ts')).goals),
  sites: async () => asCommand((await import('./sites.ts')).sites),
  top: async () => asCommand((await import('./top.ts')).top),
  merge: async () => asCommand((await import('./merge.ts')).merge),
  consume: async () => asCommand((await import('./consume.ts')).consume),
  export: async () => asCommand((await import('./export.ts')).exportStore),
  archive: async () => asCommand((await import('./archive.ts')).archive),
  restore: async () => asCommand((await import('./restore.ts')).restore),
  purge: async () => asCommand((await import('./purge.ts')).purgeStore),
  backup: async () => asCommand((await import('./backup.ts')).backupFolder),
  doctor: async () => asCommand((await import('./doctor.ts')).doctor),
  move: async () => asCommand((await import('./move.ts')).moveToServer),
  secrets: async () => asCommand((await import('./secrets.ts')).makeSecrets),
};

/** A command knows the types of its own settings only. */
function asCommand<Specs extends Settings>(command: Command<Specs>): Command {
  return command as unknown as Command;
}
