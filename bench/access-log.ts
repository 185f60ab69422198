/**
 * Writes an access log like that of a real site, with totals that are known in advance.
 *
 * Everything comes from a seed, so two machines measure the same file. What matters for speed and for counting
 * is modelled on real logs: a few frequent pages, addresses and agents, and very many that occur once; overlapping
 * visits of several lines; nights, days and weekends; several people behind one
 * address; about one line in seven from a bot.
 *
 * `node bench/access-log.ts FILE [LINES] [SEED]` writes the file and prints the totals.
 */

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BOT_AGENTS, HUMAN_AGENTS } from './user-agents.ts';

/** The expected counts of the file. A visitor is a pair of address and user agent; days are UTC. */
export interface LogTotals {
  lines: number;
  /** Distinct addresses. */
  addresses: number;
  /** Distinct visitors of each day, summed over the days. */
  dailyVisitors: number;
  /** Lines of each day: `{ '2026-09-01': 33120 }`. */
  perDay: Record<string, number>;
  /** The same, without bots. */
  humanLines: number;
  humanDailyVisitors: number;
  humanPerDay: Record<string, number>;
}

/** A visit with pages left to request, and what these pages load. */
interface Visit {
  visitor: number;
  address: string;
  agent: string;
  isBot: boolean;
  requestsLeft: number;
  /** The current page, '' before the first. */
  page: string;
}

type Random = () => number;

const FIRST_DAY = Date.UTC(2026, 8, 1);
const DAYS = 30;
const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
const CHUNK_LENGTH = 64 * 1024;

export const PAGES = 4000;
const ASSETS = 300;
/** Number of addresses; a million lines use some 40,000 of them. */
const ADDRESSES = 2 ** 18;
/** Maximum number of visitors who share an address. */
const SHARING = 3;
/** Number of overlapping visits. */
const OPEN_VISITS = 512;
const BOT_SHARE = 0.15;
const IPV6_SHARE = 0.2;

export const SITE = 'https://example.com';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const FIRST_OCTETS = [24, 31, 46, 62, 77, 81, 86, 91, 109, 124, 151, 176, 188, 203, 212];
const SECTIONS = ['blog', 'docs', 'guides', 'products', 'news', 'events'];
const WORDS = [
  'quiet',
  'river',
  'garden',
  'winter',
  'coffee',
  'paper',
  'bridge',
  'market',
  'recipe',
  'harbour',
];
const ASSET_KINDS = ['css/site.css', 'js/app.js', 'images/photo.webp', 'images/icon.svg', 'fonts/text.woff2'];
const QUERIES = ['?utm_source=newsletter&utm_medium=email', '?page=2', '?q=opening+hours', '?lang=de'];
const PROBES = ['/wp-login.php', '/.env', '/xmlrpc.php', '/old/index.html', '/.git/config', '/robots.txt'];
/** Referrers of visits, most frequent first. */
export const REFERRERS = [
  '-',
  'https://www.google.com/',
  'https://www.bing.com/',
  'https://duckduckgo.com/',
  'https://news.ycombinator.com/',
  'https://www.facebook.com/',
  'https://t.co/',
  'android-app://com.google.android.gm/',
  'https://www.reddit.com/r/webdev/',
  'https://en.wikipedia.org/wiki/Web_analytics',
];

/**
 * Writes a log in the combined format, ordered by time, over 30 days, in constant memory for any
 * number of lines.
 *
 * @param path the file, which is overwritten
 * @param lines how many lines to write
 * @param seed the same seed gives the same file
 * @param firstDay start of the first day, in milliseconds since 1970, UTC
 *
 * @example
 * const { dailyVisitors } = await writeAccessLog('/tmp/access.log', 1_000_000, 1);
 */
export async function writeAccessLog(
  path: string,
  lines: number,
  seed: number,
  firstDay = FIRST_DAY,
): Promise<LogTotals> {
  const totals: LogTotals = {
    lines: 0,
    addresses: 0,
    dailyVisitors: 0,
    perDay: {},
    humanLines: 0,
    humanDailyVisitors: 0,
    humanPerDay: {},
  };
  const chunks = Readable.from(chunksOf(logLines(lines, randomFrom(seed), firstDay, totals)), {
    highWaterMark: 2,
  });
  await pipeline(chunks, createWriteStream(path, { encoding: 'latin1' }));
  return totals;
}

function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length >= CHUNK_LENGTH) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

function* logLines(count: number, random: Random, firstDay: number, totals: LogTotals): Generator<string> {
  const tally = tallyInto(totals);
  const visits = Array.from({ length: OPEN_VISITS }, () => startVisit(random));
  const firstLineOf = linesOfMinutes(count, firstDay);
  for (let minute = 0; minute < DAYS * DAY_MINUTES; minute++) {
    const iso = new Date(firstDay + minute * MINUTE_MS).toISOString();
    const stamp = `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 17)}`;
    const linesNow = firstLineOf[minute + 1]! - firstLineOf[minute]!;
    for (let line = 0; line < linesNow; line++) {
      const slot = Math.floor(random() * OPEN_VISITS);
      if (visits[slot]!.requestsLeft === 0) visits[slot] = startVisit(random);
      const visit = visits[slot]!;
      visit.requestsLeft--;
      tally(visit, iso.slice(0, 10), Math.floor(minute / DAY_MINUTES));
      const second = String(Math.floor((line * 60) / linesNow)).padStart(2, '0');
      yield `${visit.address} - - [${stamp}${second} +0000] ${request(visit, random)} "${visit.agent}"\n`;
    }
  }
}

/** Counts visits into the totals. Takes one byte for each possible visitor, since the days come in order. */
function tallyInto(totals: LogTotals): (visit: Visit, day: string, dayNumber: number) => void {
  const lastDayOf = new Uint8Array(ADDRESSES * SHARING);
  const isKnown = new Uint8Array(ADDRESSES);
  return ({ visitor, isBot }, day, dayNumber) => {
    const isNewToday = lastDayOf[visitor] !== dayNumber + 1;
    lastDayOf[visitor] = dayNumber + 1;
    const place = Math.floor(visitor / SHARING);
    if (isKnown[place] === 0) totals.addresses++;
    isKnown[place] = 1;

    totals.lines++;
    totals.perDay[day] = (totals.perDay[day] ?? 0) + 1;
    if (isNewToday) totals.dailyVisitors++;
    if (isBot) return;
    totals.humanLines++;
    totals.humanPerDay[day] = (totals.humanPerDay[day] ?? 0) + 1;
    if (isNewToday) totals.humanDailyVisitors++;
  };
}

/** For each minute, the number of lines before it: fewer at night and at weekends. */
function linesOfMinutes(count: number, firstDay: number): Float64Array {
  const before = new Float64Array(DAYS * DAY_MINUTES + 1);
  for (let minute = 0; minute < before.length - 1; minute++) {
    const weekday = new Date(firstDay + minute * MINUTE_MS).getUTCDay();
    const ofDay = 1 - 0.7 * Math.cos((2 * Math.PI * (minute - 180)) / DAY_MINUTES);
    before[minute + 1] = before[minute]! + ofDay * (weekday === 0 || weekday === 6 ? 0.7 : 1);
  }
  const all = before.at(-1)!;
  return before.map((weight) => Math.round((weight / all) * count));
}

function startVisit(random: Random): Visit {
  const place = rank(ADDRESSES, random());
  // Multiples of the golden ratio are spread evenly, so the busiest addresses are a fair sample too.
  const isBot = (place * 0.618034 + 0.9) % 1 < BOT_SHARE;
  const sharer = isBot ? 0 : Math.floor(SHARING * random() ** 3);
  const lot = (place * 0.414214) % 1;
  return {
    visitor: place * SHARING + sharer,
    address: addressOf(place),
    // Visitors who share an address use different agents, so each pair is one visitor.
    agent: isBot
      ? BOT_AGENTS[Math.floor(BOT_AGENTS.length * lot)]!
      : HUMAN_AGENTS[SHARING * rank(Math.floor(HUMAN_AGENTS.length / SHARING), lot) + sharer]!,
    isBot,
    requestsLeft: 1 + Math.floor(20 * random() ** 2),
    page: '',
  };
}

/** A different address for each index: an odd factor permutes the 24-bit numbers. */
export function addressOf(place: number): string {
  const bits = Math.imul(place, 0x9e3779b1) & 0xffffff;
  if ((place * 0.732051) % 1 < IPV6_SHARE) {
    return `2a02:${(bits >>> 12).toString(16)}:${(bits & 0xfff).toString(16)}:1::${(place % 9) + 1}`;
  }
  return `${FIRST_OCTETS[bits % FIRST_OCTETS.length]}.${bits >>> 16}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** `"GET /path HTTP/2.0" 200 1234 "referrer"`. */
function request(visit: Visit, random: Random): string {
  const protocol = visit.isBot || random() < 0.3 ? 'HTTP/1.1' : 'HTTP/2.0';
  if (!visit.isBot && visit.page !== '' && random() < 0.55) {
    const [status, bytes] = random() < 0.25 ? [304, 0] : [200, 900 + Math.floor(90_000 * random() ** 3)];
    return `"GET ${assetPath(rank(ASSETS, random()))} ${protocol}" ${status} ${bytes} "${SITE}${visit.page}"`;
  }
  const from = visit.page === '' ? REFERRERS[rank(REFERRERS.length, random())] : SITE + visit.page;
  const referrer = visit.isBot ? '-' : from;
  if (random() < (visit.isBot ? 0.08 : 0.01)) {
    return `"GET ${PROBES[Math.floor(PROBES.length * random())]} ${protocol}" 404 196 "${referrer}"`;
  }
  visit.page = pagePath(rank(PAGES, random()));
  const query = random() < 0.06 ? QUERIES[Math.floor(QUERIES.length * random())] : '';
  const method = random() < 0.98 ? 'GET' : 'POST';
  const lot = random();
  const status = lot < 0.97 ? 200 : lot < 0.99 ? 301 : lot < 0.997 ? 404 : 500;
  const bytes = 3000 + Math.floor(60_000 * random() ** 3);
  return `"${method} ${visit.page}${query} ${protocol}" ${status} ${bytes} "${referrer}"`;
}

export function pagePath(page: number): string {
  if (page === 0) return '/';
  const section = SECTIONS[page % SECTIONS.length];
  return `/${section}/${WORDS[page % 10]}-${WORDS[Math.floor(page / 10) % 10]}-${page}/`;
}

function assetPath(asset: number): string {
  return `/assets/${asset}/${ASSET_KINDS[asset % ASSET_KINDS.length]}`;
}

/** One of n by Zipf's law: the k-th occurs about 1/k as often as the first. `lot` is uniform in 0 to 1. */
export function rank(n: number, lot: number): number {
  return Math.floor((n + 1) ** lot) - 1;
}

/** Mulberry32: 2³² numbers from 0 to 1, uniform enough to choose what to write. */
function randomFrom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.main) {
  const [path, lines = '1000000', seed = '1'] = process.argv.slice(2);
  if (path === undefined || !/^\d+$/.test(lines) || !/^\d+$/.test(seed)) {
    console.error('usage: node bench/access-log.ts FILE [LINES] [SEED]');
    process.exitCode = 2;
  } else {
    console.log(JSON.stringify(await writeAccessLog(path, Number(lines), Number(seed)), null, 2));
  }
}
