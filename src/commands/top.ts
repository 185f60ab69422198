import { HitError, messageOf } from '../errors.ts';
import type { LiveAnswer } from '../http/live-answer.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import type { Values } from '../settings/setting.ts';
import { TOP_SETTINGS } from '../settings/top.ts';
import { pause } from '../timing/pause.ts';
import type { Command, Terminal } from './command.ts';
import { type ApiClient, localApiClient, remoteApiClient } from './top/api-client.ts';
import { Display } from './top/display.ts';
import { COLOURS, PLAIN, panelsOf, type Shown, screen } from './top/screen.ts';
import { fetchLive, fetchRankings, fetchSites, PANELS, type Ranking } from './top/snapshot.ts';
import { onKey, type View } from './top/view.ts';
import { unexpected } from './usage.ts';

const EVERY = 1000;
/** Seconds between two queries of rankings. */
const RANKINGS_EVERY = 5;
/** Length of the sparkline, in seconds. */
const MOST_RATES = 300;
/** Errors that persist from the start are permanent. */
const LASTING = ['unauthorized', 'not_found', 'invalid', 'bad_usage'];

type TopValues = Values<typeof TOP_SETTINGS>;

export const top: Command<typeof TOP_SETTINGS> = {
  usage: '[options]',
  settings: TOP_SETTINGS,
  examples: [
    'hit-tracker top',
    'HIT_TOKEN=… hit-tracker top --url https://stats.example.com --site example.com',
    'hit-tracker top --json | jq .live.total',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const isScreen = terminal.stdout.isTTY === true && terminal.stdin.isTTY === true;
    const isWatched = isScreen && !values.json && !values.once;
    const ended = new AbortController();
    const end = isWatched ? AbortSignal.any([terminal.interruption(), ended.signal]) : ended.signal;
    const client =
      values.url === undefined
        ? await localApiClient(values['data-dir']!, end)
        : remoteApiClient(values.url, values.token, end);
    if (isWatched) await new TopView(client, values, terminal, { end, stop: () => ended.abort() }).run();
    else await printOnce(client, values, terminal);
  },
};

async function printOnce(client: ApiClient, values: TopValues, { stdout }: Terminal): Promise<void> {
  const { site = '', period, rows } = values;
  const live = await fetchLive(client, site);
  const query = { site, period: period!, panels: PANELS, rows: rows! };
  const rankings = await fetchRankings(client, query, Date.now());
  if (values.json) {
    const tops = Object.fromEntries(rankings.map(({ by, rows }) => [by, rows]));
    stdout.write(`${jsonText({ live, period, tops })}\n`);
    return;
  }
  const columns = Math.min(stdout.columns ?? 80, 120);
  const shownRows = (panel: number) => {
    const view: View = { site, period: period!, panel, isHelp: false };
    const shown: Shown = {
      view,
      name: client.name,
      live,
      rankings,
      rates: [],
      isWatched: false,
      fault: undefined,
    };
    // Rankings in one column, one below the other.
    return screen(shown, { columns: Math.min(columns, 75), rows: live.windows.length + 4 + rows! }, PLAIN);
  };
  const counts = shownRows(0).slice(0, live.windows.length + 2);
  const lists = PANELS.flatMap((_, panel) =>
    (rankings[panel]?.rows.length ?? 0) > 0 ? shownRows(panel).slice(live.windows.length + 2) : [],
  );
  const lines = [...counts, ...lists].map((line) => line.trimEnd());
  stdout.write(`${lines.filter((line, i) => line !== '' || lines[i - 1] !== '').join('\n')}\n`);
}

/** How the screen ends: by a signal or by `stop`, which cancels queries in progress. */
interface Ending {
  readonly end: AbortSignal;
  readonly stop: () => void;
}

/** A terminal that shows a server, until the user ends it. */
class TopView {
  readonly #client: ApiClient;
  readonly #terminal: Terminal;
  readonly #ending: Ending;
  /** The error of an event handler, such as a key or a resize. */
  #crash: unknown;
  #view: View;
  #sites: readonly string[] = [];
  #live: LiveAnswer | undefined;
  #rankings: readonly Ranking[] = [];
  #rates: number[] = [];
  #fault: string | undefined;
  /** Seconds until the next query of rankings. */
  #due = 0;
  /** Wakes the loop before the second is over. */
  #hurry = new AbortController();

  constructor(client: ApiClient, { site = '', period }: TopValues, terminal: Terminal, ending: Ending) {
    this.#client = client;
    this.#ending = ending;
    this.#terminal = terminal;
    this.#view = { site, period: period!, panel: 0, isHelp: false };
  }

  async run(): Promise<void> {
    const { stdout } = this.#terminal;
    const { end } = this.#ending;
    // Permanent errors are reported where they stay readable after the screen closes.
    await this.#refresh(undefined);
    if (end.aborted) return;
    const paint = stdout.hasColors?.() ? COLOURS : PLAIN;
    using display = new Display(this.#terminal, {
      key: (key) => this.#guarded(() => this.#press(key, () => this.#draw(display, paint))),
      resize: () => this.#guarded(() => this.#draw(display, paint)),
    });
    while (!end.aborted) {
      this.#draw(display, paint);
      this.#hurry = new AbortController();
      const wake = AbortSignal.any([end, this.#hurry.signal]);
      await pause(EVERY, wake);
      if (!end.aborted) await this.#refresh(display);
    }
    if (this.#crash !== undefined) throw this.#crash;
  }

  /** An error ends the loop, and the terminal is restored there. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#crash = error;
      this.#ending.stop();
    }
  }

  #draw(display: Display, paint: typeof PLAIN): void {
    const shown: Shown = {
      ...{ view: this.#view, name: this.#client.name, live: this.#live, rankings: this.#rankings },
      ...{ rates: this.#rates, isWatched: true, fault: this.#fault },
    };
    display.draw(screen(shown, display.size, paint));
  }

  #press(key: string, draw: () => void): void {
    const view = onKey(this.#view, key, this.#sites);
    if (!view) {
      this.#ending.stop();
      return;
    }
    const { site, period, panel } = this.#view;
    this.#view = view;
    if (site !== view.site) [this.#live, this.#rankings, this.#rates] = [undefined, [], []];
    if (site !== view.site || period !== view.period || panel !== view.panel) {
      this.#due = 0;
      this.#hurry.abort();
    }
    draw();
  }

  /** @param display undefined before the screen opens: then a permanent error ends the command */
  async #refresh(display: Display | undefined): Promise<void> {
    const { site } = this.#view;
    try {
      const live = await fetchLive(this.#client, site);
      if (site !== this.#view.site) return;
      this.#live = live;
      this.#rates = [...this.#rates, live.windows[0]?.hits ?? 0].slice(-MOST_RATES);
      if (--this.#due < 0) await this.#refreshRankings(display);
      this.#fault = undefined;
    } catch (error) {
      if (!display && error instanceof HitError && LASTING.includes(error.code)) throw error;
      this.#fault = messageOf(error);
    }
  }

  async #refreshRankings(display: Display | undefined): Promise<void> {
    const view = this.#view;
    const { columns, rows } = display?.size ?? { columns: 80, rows: 24 };
    const query = { ...view, panels: panelsOf(view, columns), rows: Math.max(5, Math.min(100, rows)) };
    this.#due = RANKINGS_EVERY;
    this.#sites = await fetchSites(this.#client);
    const rankings = await fetchRankings(this.#client, query, Date.now());
    if (view !== this.#view && (view.site !== this.#view.site || view.period !== this.#view.period)) return;
    this.#rankings = rankings;
  }
}
