/**
 * Inspects the parts of the embedded engine: each new part once, by its file sizes (clickhouse/parts/part-files.ts), and
 * parts that an error points at, by their content.
 *
 * The engine may report success for an insert or a merge that a full disk cut short (clickhouse/parts/free-space.ts), and
 * every query that reads such a part fails. So parts are inspected after each insert, before its segment leaves the spool,
 * and every few seconds, which finds broken merges before their source parts leave the disk. A broken part is detached, and
 * its source parts are restored if they still exist (clickhouse/parts/part-rescue.ts).
 *
 * Invariant: a part that an insert wrote is inspected before the insert is confirmed, and a part that a merge wrote before
 * its sources are deleted (LOOK_EVERY is a fraction of old_parts_lifetime in the schema). If the second breaks, because the
 * process stood still for half a minute at that moment, the part is still found and detached, but its rows are missing
 * until they are restored from an archive; `missing_hits` tells how many.
 *
 * A server manages its own parts: this only queries which are detached, and the server's operator repairs them.
 */
import { rm } from 'node:fs/promises';
import { HitError, messageOf } from '../../errors.ts';
import { SerialQueue } from '../../timing/serial-queue.ts';
import { type ActivePart, activeParts } from './active-parts.ts';
import { DetachedWatch } from './detached-watch.ts';
import { contentFault } from './part-content.ts';
import { sizeFault } from './part-files.ts';
import { attachRescued, type Rescue, rescue } from './part-rescue.ts';
import type { PartsOptions } from './parts-options.ts';
import { keepReplaced } from './replaced-lifetime.ts';
import { isSymptom } from './symptoms.ts';

/** Milliseconds between two checks. Six fit into the lifetime of replaced parts. */
const LOOK_EVERY = 5000;
/** The same for a server, which inspects its parts itself. */
const ASK_EVERY = 60_000;
/** Milliseconds between two inspections of all content, which reads the whole store. */
const CONTENT_EVERY = 600_000;
/** Milliseconds after which whole parts are inspected by size again. */
const SIZES_EVERY = 600_000;
/** Maximum number of finds remembered for running inserts. */
const REMEMBERED = 1000;
/** Tables whose inserts are retried until they are confirmed. */
const REPEATED: ReadonlySet<string> = new Set('hits rollups visits last_seen batches imports'.split(' '));

/** A moment at which an insert starts. */
export interface Moment {
  readonly finds: number;
  readonly time: number;
}

/** A broken part that was found, and the result of its rescue. */
export interface BrokenPart extends Rescue {
  readonly table: string;
  readonly name: string;
  readonly reason: string;
}

/**
 * @example
 * const parts = new Parts({ engine: store.dedicatedConnection(), isEmbedded: true, health, log });
 * await parts.inspect(); // [{ table: 'hits', name: '202611_7_7_0', reason: 'data.bin is …', missingRows: 0, … }]
 */
export class Parts {
  readonly #options: PartsOptions;
  /** Keys of parts that are whole. */
  #known: ReadonlySet<string> = new Set();
  /** Broken parts whose rows are missing, in the order in which they were found. */
  readonly #found: (BrokenPart & { readonly number: number; readonly written: number | undefined })[] = [];
  #findings = 0;
  readonly #detached: DetachedWatch;
  /** Seconds in which inserts failed, whose rows come again. */
  readonly #failed: { readonly from: number; readonly to: number }[] = [];
  #sizesInspected = Number.NEGATIVE_INFINITY;
  readonly #queue = new SerialQueue();
  #timer: NodeJS.Timeout | undefined;
  #contentInspected = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: PartsOptions) {
    this.#options = options;
    this.#detached = new DetachedWatch(options);
  }

  /** Number of broken parts in `detached/`, whose rows queries do not see, as of the last inspection. */
  get broken(): number {
    return this.#detached.broken;
  }

  /** Whether a table of the embedded engine lacks a part, so that a row it does not have may have existed. */
  isIncomplete(table: string): boolean {
    return this.#options.isEmbedded && this.#detached.lacks(table);
  }

  /** Inspects the parts, and again every few seconds until this is closed. */
  async start(): Promise<void> {
    await this.#attachRescued();
    if (this.#options.isEmbedded) await keepReplaced(this.#options.engine).catch(() => undefined);
    await this.inspect().catch(() => undefined);
    const every = this.#options.isEmbedded ? LOOK_EVERY : ASK_EVERY;
    this.#timer ??= setInterval(() => this.inspect().catch(() => undefined), every).unref();
  }

  /** The current moment, for `assertWhole`. */
  get moment(): Moment {
    return { finds: this.#findings, time: Date.now() };
  }

  /**
   * Verifies that an insert wrote whole parts; broken ones are deleted.
   *
   * @param tables that the insert wrote to
   * @param since the `moment` before it started
   * @throws HitError `store_unavailable` if a part was broken: the insert must be retried
   */
  async assertWhole(tables: readonly string[], since: Moment): Promise<void> {
    if (!this.#options.isEmbedded) return;
    await this.inspect();
    const [find] = await this.discard(tables, since);
    if (!find) return;
    const message = `the insert into ${find.table} is incomplete: ${find.reason}`;
    throw new HitError('store_unavailable', message, { retryAfter: 5 });
  }

  /** Deletes the remains of inserts that are retried. @returns the broken parts found since that moment */
  async discard(tables: readonly string[], since: Moment): Promise<BrokenPart[]> {
    const finds = this.#found.filter(({ table, number }) => number > since.finds && tables.includes(table));
    for (const { written, kept } of finds) {
      const isOurs = written !== undefined && written >= Math.floor(since.time / 1000);
      if (isOurs && kept !== undefined) await rm(kept, { recursive: true, force: true });
    }
    if (finds.length > 0) await this.inspect();
    return finds;
  }

  /**
   * Deletes what a failed insert left, which will be retried. A full disk may prevent that the part is found now; so it is
   * remembered, and what a later inspection finds of it is deleted, too.
   *
   * @param since the `moment` before it started
   */
  async abandon(tables: readonly string[], since: Moment): Promise<void> {
    this.#failed.push({ from: Math.floor(since.time / 1000), to: Math.floor(Date.now() / 1000) });
    if (this.#failed.length > REMEMBERED) this.#failed.shift();
    await this.discard(tables, since);
  }

  /**
   * Inspects parts that are new since the last inspection, and detaches broken ones.
   *
   * @returns the broken parts
   * @throws HitError `store_unavailable`
   */
  inspect(): Promise<BrokenPart[]> {
    return this.#next(async () => {
      const { health, isEmbedded } = this.#options;
      try {
        const broken = isEmbedded ? await this.#inspectSizes() : [];
        await this.#detached.check();
        health.clear('inspection_failed');
        return broken;
      } catch (error) {
        // A server that is down, or hides its parts from this user, is detected elsewhere.
        if (isEmbedded) health.report('inspection_failed', `parts cannot be inspected: ${messageOf(error)}`);
        throw error;
      }
    });
  }

  /**
   * Follows up on a query error: if a broken part can cause it, inspects the parts that it names, or all.
   *
   * @param error as thrown by the engine's client
   * @param since when the query started
   * @returns whether broken parts were detached since, so that the query may be retried
   */
  async followUp(error: unknown, since: Moment): Promise<boolean> {
    if (!this.#options.isEmbedded || this.#closed || !isSymptom(error)) return false;
    await this.inspect();
    if (this.#findings === since.finds) {
      await this.#next(async () => {
        const message = messageOf(error);
        const parts = await activeParts(this.#options.engine);
        const named = parts.filter(({ name }) => message.includes(name));
        if (named.length === 0 && (!/\b(?:part|marks?)\b/i.test(message) || !this.#mayReadAll())) return [];
        const broken = await this.#inspectContent(named.length > 0 ? named : parts);
        await this.#detached.check();
        return broken;
      });
    }
    // Another query or inspection may have found the part first.
    return this.#findings > since.finds;
  }

  /** Reads all parts of all tables, and detaches broken ones. Takes as long as reading the store. */
  inspectContent(): Promise<BrokenPart[]> {
    return this.#next(async () => {
      const broken = await this.#inspectContent(await activeParts(this.#options.engine));
      await this.#detached.check();
      return broken;
    });
  }

  /** Ends after the running inspection. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#queue.ended();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #next<Result>(work: () => Promise<Result[]>): Promise<Result[]> {
    return this.#queue.run(() => (this.#closed ? [] : work()));
  }

  /** Completes rescues that a crash interrupted. */
  async #attachRescued(): Promise<void> {
    const { engine, isEmbedded, log } = this.#options;
    if (!isEmbedded) return;
    try {
      const tables = new Set((await activeParts(this.#options.engine)).map(({ table }) => table));
      for (const table of tables) {
        const attached = await attachRescued(engine, table);
        if (attached.length > 0) log.info(`store: ${attached.join(', ')} of ${table} are attached again`);
      }
    } catch (error) {
      log.warn(`store: rescued parts cannot be attached: ${messageOf(error)}`);
    }
  }

  #mayReadAll(): boolean {
    const now = performance.now();
    if (now - this.#contentInspected < CONTENT_EVERY) return false;
    this.#contentInspected = now;
    return true;
  }

  async #inspectSizes(): Promise<BrokenPart[]> {
    const now = performance.now();
    const isAll = now - this.#sizesInspected > SIZES_EVERY;
    const parts = await activeParts(this.#options.engine);
    const suspects: ActivePart[] = [];
    for (const part of parts) {
      if ((isAll || !this.#known.has(part.key)) && (await sizeFault(part.path, part.bytes)))
        suspects.push(part);
    }
    const broken = await this.#inspectContent(suspects);
    this.#known = new Set(parts.map(({ key }) => key));
    if (isAll) this.#sizesInspected = now;
    return broken;
  }

  async #inspectContent(parts: readonly ActivePart[]): Promise<BrokenPart[]> {
    const broken: BrokenPart[] = [];
    for (const part of parts) {
      const reason = await contentFault(this.#options.engine, part.table, part.name);
      const found = reason === undefined ? undefined : await this.#detachBroken(part, reason);
      if (found) broken.push(found);
    }
    return broken;
  }

  async #detachBroken(part: ActivePart, reason: string): Promise<BrokenPart | undefined> {
    const { table, name, level, modified } = part;
    const { engine, log } = this.#options;
    const isRepeated = this.#isRepeated(part);
    const rescued = await rescue(engine, table, name);
    if (!rescued) return undefined;
    const { missingRows, kept } = rescued;
    const broken = { table, name, reason, ...rescued };
    this.#findings++;
    if (missingRows > 0) {
      this.#found.push({ ...broken, number: this.#findings, written: level === 0 ? modified : undefined });
      if (this.#found.length > REMEMBERED) this.#found.shift();
    }
    const rows =
      missingRows === 0
        ? 'all of its rows are restored'
        : isRepeated
          ? `its ${missingRows} rows are inserted again`
          : `${missingRows} rows are missing`;
    if (isRepeated && kept !== undefined) await rm(kept, { recursive: true, force: true });
    const left = isRepeated || kept === undefined ? '' : `; the rest of it is in ${kept}`;
    log.warn(`store: part ${name} of ${table} was broken and is detached: ${reason}; ${rows}${left}`);
    return broken;
  }

  /**
   * Whether the rows of a part are inserted again: an insert that failed has written it. A part that was once found whole is
   * none of these, because an insert is confirmed only afterwards.
   */
  #isRepeated({ table, name, level, modified, key }: ActivePart): boolean {
    // A fourth number is that of a mutation, which is not repeated.
    const isInserted = level === 0 && /^[^_]+_\d+_\d+_0$/.test(name);
    if (!isInserted || !REPEATED.has(table) || this.#known.has(key)) return false;
    return this.#failed.some(({ from, to }) => modified >= from && modified <= to);
  }
}
