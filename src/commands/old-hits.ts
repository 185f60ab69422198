/**
 * Handles imported lines that are older than the retention cutoff: the next purge would delete them again.
 * So files are scanned for their times before anything is stored, and the owner chooses: `--allow-purge` imports the
 * lines anyway, `--keep` exempts the sites from purges (all sites of the logs, as recent hits become old too). On a
 * terminal the import asks, otherwise it refuses.
 *
 * A stream (standard input, a pipe, `--follow`) cannot be read twice: each part is checked before it is passed on.
 * Logs are in order of time, so an old log is refused at its first line, before anything is stored.
 *
 * Without a retention limit, which is the default, nothing is read twice and nothing is checked.
 */
import { createInterface } from 'node:readline/promises';
import { HitError } from '../errors.ts';
import { siteName } from '../hit/site-name.ts';
import { EARLIEST_HIT } from '../hit/time.ts';
import { rulesOf } from '../logs/format-detection.ts';
import { OldLines, wholeLines } from '../logs/old-lines.ts';
import { passErrorsLast, sampled, textOf } from '../logs/source.ts';
import { numberText } from '../report/number-text.ts';
import { hitCutoff, isLimited, isNamedLimited } from '../retention/retention.ts';
import type { Ages } from '../settings/ages.ts';
import { DEFAULT_SITE } from '../settings/import.ts';
import type { LogFields } from '../settings/log-fields.ts';
import type { LogFormatChoice } from '../settings/log-format.ts';
import type { Terminal } from './command.ts';

/** The retention at the destination of a log. */
export interface ImportRetention {
  readonly hits: readonly Ages[];
  readonly exceptions: readonly string[];
}

export interface OldHitsOptions {
  readonly retention: ImportRetention;
  /** Exempts sites from all later purges. */
  readonly except: (sites: readonly string[]) => Promise<void>;
  /** The choice on the command line; undefined to ask, or otherwise refuse. */
  readonly choice: 'keep' | 'purge' | undefined;
  /** Site of lines that name none. */
  readonly site: string | undefined;
  readonly format: LogFormatChoice;
  readonly timezone: string | undefined;
  readonly fields: LogFields | undefined;
  readonly follow: boolean;
  readonly terminal: Pick<Terminal, 'stdin' | 'stderr'>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Lines of logs. */
interface OldHitCounts {
  readonly lines: number;
  /** Number of old lines by site; with `--keep`, of all lines that may become too old one day. */
  readonly bySite: ReadonlyMap<string, number>;
}

/** Decides about the old lines of an import. */
export class OldHits {
  readonly #options: OldHitsOptions;
  /** Sites that it exempted from purges. */
  readonly #exempted = new Set<string>();
  /** Retention cutoffs of sites, each computed once. */
  #cutoffs = new Map<string, number>();

  constructor(options: OldHitsOptions) {
    this.#options = options;
  }

  /** Whether logs must be scanned before they are imported. */
  get isChecked(): boolean {
    const { choice, retention } = this.#options;
    return choice === 'keep' || (choice === undefined && isLimited(retention.hits));
  }

  /**
   * Scans a log for its times.
   *
   * @param onProgress called with the bytes of the source and the lines so far
   */
  async count(
    source: AsyncIterable<Buffer>,
    onProgress: (progress: { bytes: number; lines: number }) => void,
  ): Promise<OldHitCounts> {
    let bytes = 0;
    const counted = async function* () {
      for await (const chunk of source) {
        bytes += chunk.length;
        yield chunk;
      }
    };
    // If a log is truncated, the import reports that; here the readable part is counted.
    const { text, lines } = await this.#opened(passErrorsLast(textOf(counted()), () => undefined));
    for await (const part of wholeLines(text)) {
      lines.read(part);
      onProgress({ bytes, lines: lines.lines });
    }
    return lines;
  }

  /**
   * A stream whose parts are checked before they are passed on. It throws when the import is refused.
   *
   * @param name of the stream, for messages
   */
  async *checked(source: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
    let lost = 'Nothing';
    const { text, lines } = await this.#opened(textOf(source));
    for await (const part of wholeLines(text)) {
      lines.read(part);
      await this.decide(lines, `the part of ${name} read so far`, lost);
      lines.bySite.clear();
      yield part;
      lost = 'Nothing more';
    }
  }

  /**
   * A stream that anyone may write to: it is never refused. With `--keep`, its sites are exempted from purges, except those that
   * `--keep-hits` names.
   */
  async *accepted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const { choice, retention } = this.#options;
    if (choice !== 'keep') return yield* source;
    const { text, lines } = await this.#opened(textOf(source));
    for await (const part of wholeLines(text)) {
      lines.read(part);
      await this.#exempt([...lines.bySite.keys()].filter((site) => !isNamedLimited(retention.hits, site)));
      lines.bySite.clear();
      yield part;
    }
  }

  /**
   * Accepts an import with these lines, or ends it.
   *
   * @param where the place of the lines, for messages
   * @param lost what is not imported if it is refused, as the beginning of a sentence
   * @throws HitError `bad_usage` if it is refused
   */
  async decide(counts: OldHitCounts, where: string, lost = 'Nothing'): Promise<void> {
    if (counts.bySite.size === 0) return;
    const { choice, retention } = this.#options;
    const sites = [...counts.bySite.keys()];
    const named = sites.find((site) => isNamedLimited(retention.hits, site));
    if (choice === 'keep' && named !== undefined) {
      const old = new Map(Array.from(counts.bySite).filter(([site]) => isNamedLimited(retention.hits, site)));
      const what = describeOldHits({ ...counts, bySite: old }, where, (site) => this.#cutoffOf(site));
      throw new HitError(
        'bad_usage',
        `${what}. --keep does not change that, as --keep-hits names ${named} itself: give it a longer age there. ${lost} is imported`,
      );
    }
    if (choice !== 'keep') await this.#ask(counts, where, lost, named);
    await this.#exempt(sites);
  }

  /** Exempts sites from purges, each once: the parts of a stream have the same sites again and again. */
  async #exempt(sites: readonly string[]): Promise<void> {
    const added = sites.filter((site) => !this.#exempted.has(site));
    if (added.length === 0) return;
    await this.#options.except(added);
    for (const site of added) this.#exempted.add(site);
    this.#cutoffs = new Map();
    this.#options.terminal.stderr.write(`Hits of ${added.join(', ')} are now exempt from purges.\n`);
  }

  /** @throws HitError `bad_usage` unless the user confirms that the sites are to be kept */
  async #ask(counts: OldHitCounts, where: string, lost: string, named: string | undefined): Promise<void> {
    const sites = [...counts.bySite.keys()];
    const what = describeOldHits(counts, where, (site) => this.#cutoffOf(site));
    if (named === undefined && (await promptUser(this.#options.terminal, what, sites))) return;
    const advice =
      named === undefined
        ? `--keep exempts ${sites.join(', ')} from purges`
        : `give ${named} a longer age in --keep-hits`;
    throw new HitError(
      'bad_usage',
      `${what}. ${lost} is imported: ${advice}, --allow-purge imports them anyway, and the next purge deletes them`,
    );
  }

  async #opened(source: AsyncIterable<Buffer>) {
    const { format, follow, site = DEFAULT_SITE } = this.#options;
    const { text, sample } = await sampled(source, follow);
    const lines = new OldLines({
      rules: rulesOf(format, sample, this.#options),
      site: siteName(site),
      cutoffOf: (each) => this.#oldBefore(each),
      earliest: EARLIEST_HIT,
    });
    return { text, lines };
  }

  /** The time before which lines of a site count as old. */
  #oldBefore(site: string): number {
    const { choice, retention } = this.#options;
    const isKept = choice === 'keep' && !isNamedLimited(retention.hits, site);
    return isKept ? Number.POSITIVE_INFINITY : this.#cutoffOf(site);
  }

  #cutoffOf(site: string): number {
    let cutoff = this.#cutoffs.get(site);
    if (cutoff === undefined) {
      const { hits, exceptions } = this.#options.retention;
      cutoff = hitCutoff(hits, [...exceptions, ...this.#exempted], site, this.#options.now);
      this.#cutoffs.set(site, cutoff);
    }
    return cutoff;
  }
}

/** Lines of several logs in total. */
export function sumCounts(all: readonly OldHitCounts[]): OldHitCounts {
  const bySite = new Map<string, number>();
  for (const counts of all) {
    for (const [site, lines] of counts.bySite) bySite.set(site, (bySite.get(site) ?? 0) + lines);
  }
  return { lines: all.reduce((sum, { lines }) => sum + lines, 0), bySite };
}

/** `9,998 of 10,000 lines in access.log would be deleted by the next purge: 9,998 of example.com, before 2025-10-25` */
function describeOldHits(
  { lines, bySite }: OldHitCounts,
  where: string,
  cutoffOf: (site: string) => number,
): string {
  const old = [...bySite.values()].reduce((sum, each) => sum + each, 0);
  const sites = Array.from(bySite, ([site, each]) => {
    const before = new Date(cutoffOf(site)).toISOString().slice(0, 10);
    return `${numberText(each)} of ${site}, before ${before}`;
  });
  return `${numberText(old)} of ${numberText(lines)} lines in ${where} would be deleted by the next purge: ${sites.join('; ')}`;
}

/** @returns false also if there is no terminal */
async function promptUser(
  { stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>,
  what: string,
  sites: readonly string[],
): Promise<boolean> {
  if (!stdin.isTTY || !stderr.isTTY) return false;
  const reader = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await reader.question(
      `${what}.\nImport them, and exempt ${sites.join(', ')} from purges? [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}
