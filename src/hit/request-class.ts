/**
 * What a request was for: one in an access log, or one that a program tracks.
 *
 * An access log has each request of a browser: the page, then its style sheets, scripts, images and fonts, requests of
 * scripts to an API, redirects, errors. Only a page that was delivered is a page view. The others are hits, by which traffic is
 * measured, but neither page views nor events, so they count neither for bounces nor for views per visit.
 *
 * - `page`: a GET that delivered something (200, 203, 206, 304, or a log without statuses) and is none of the following.
 * - `asset`: what a page loads, by the ending of the path: style sheets, scripts, images, fonts, sound and video.
 * - `feed`: RSS and Atom, by the path, or by the query parameters of WordPress, Blosxom and Joomla.
 * - `api`: what programs call, by the path. An HTML file is documentation, as `/api/fs.html` is.
 * - `other`: redirects, errors, other methods; files such as `robots.txt`, documents and archives.
 *
 * For assets, feeds and API requests, method and status do not matter: a missing image is an asset. A path with an
 * unknown ending is a page, as `/users/john.doe` is.
 */
import { PAGE_VIEW } from './hit.ts';

export const REQUEST_CLASSES = ['page', 'asset', 'feed', 'api', 'other'] as const;
export type RequestClass = (typeof REQUEST_CLASSES)[number];

/**
 * Names of requests that are not page views: this and their class. An event may have such a name, since it has neither method nor
 * status (`clickhouse/queries/request.sql`).
 */
const PREFIX = 'request:';

/** Name of a hit by the class of its request: `pageview`, `request:asset`. */
const NAMES: Readonly<Record<RequestClass, string>> = {
  page: PAGE_VIEW,
  asset: `${PREFIX}asset`,
  feed: `${PREFIX}feed`,
  api: `${PREFIX}api`,
  other: `${PREFIX}other`,
};

const ASSETS = setOf(
  'css js mjs map wasm webmanifest',
  'png jpg jpeg jpe gif svg svgz ico cur webp avif bmp tif tiff heic jxl apng',
  'woff woff2 ttf otf eot',
  'mp3 ogg oga opus m4a wav flac aac mp4 m4v webm ogv mov avi mkv mpg mpeg ts m3u8 vtt swf',
);
const FILES = setOf(
  'xml txt pdf doc docx xls xlsx ppt pptx odt ods odp rtf csv tsv epub mobi djvu ps',
  'zip gz tgz bz2 tbz xz txz zst 7z rar tar jar war ear whl gem',
  'exe msi dmg pkg deb rpm apk ipa iso img bin sh bat ps1 torrent',
  'log sql bak old orig swp env ini conf cfg yml yaml key pem sig asc sha1 sha256 md5',
);
const FEEDS = setOf('feed feeds rss atom feed.xml feeds.xml rss.xml rss2.xml atom.xml index.rdf index.xml');
const FEED_ENDINGS = setOf('rss atom rdf');
const API_FOLDERS = ['/api/', '/graphql/', '/wp-json/'];
const API_PATHS = setOf('/graphql /xmlrpc.php /wp-admin/admin-ajax.php /wp-cron.php');
const DOCUMENT_ENDINGS = setOf('html htm xhtml');
const API_ENDINGS = setOf('json jsonp ndjson');
/** A feed that a query parameter requests: `?feed=rss2`, `?flav=rss20`, `?format=feed`. */
const FEED_QUERY = /(?:^|&)(?:feed|flav|format)=(?:rss|atom|rdf|feed)[0-9]*(?:&|$)/;
/** Statuses of a page that was delivered; 0 if the log has none. */
const DELIVERED: ReadonlySet<number> = new Set([0, 200, 203, 206, 304]);

/** A request in an access log, or to a program. */
export interface LoggedRequest {
  /** Path without query. */
  readonly path: string;
  /** Query without `?`. */
  readonly query: string;
  /** Upper case, as in HTTP; '' if the request was not HTTP. */
  readonly method: string;
  /** HTTP status; 0 if unknown. */
  readonly status: number;
}

/**
 * @example
 * classOf({ path: '/blog/', query: '', method: 'GET', status: 200 }); // 'page'
 * classOf({ path: '/logo.png', query: 'v=2', method: 'GET', status: 304 }); // 'asset'
 * classOf({ path: '/old', query: '', method: 'GET', status: 301 }); // 'other'
 */
export function classOf({ path, query, method, status }: LoggedRequest): RequestClass {
  const file = lastSegment(path);
  const ending = endingOf(file);
  if (ending !== '' && ASSETS.has(ending)) return 'asset';
  if (isFeed(file, ending, query)) return 'feed';
  if (API_ENDINGS.has(ending) || (isOfApi(path) && !DOCUMENT_ENDINGS.has(ending))) return 'api';
  if (FILES.has(ending) || !DELIVERED.has(status)) return 'other';
  // Some logs have neither methods nor statuses.
  return method === 'GET' || (method === '' && status === 0) ? 'page' : 'other';
}

/** Whether the class of a request is `asset`, whatever its method and status. @param path without query */
export function isAsset(path: string): boolean {
  // Most pages have no ending.
  return path.includes('.') && ASSETS.has(endingOf(lastSegment(path)));
}

/** The name of the hit of a request. */
export function requestName(request: LoggedRequest): string {
  return NAMES[classOf(request)];
}

/** `b.css` of `/a/b.css;v=1`, `b/` of `/a/b/`. */
function lastSegment(path: string): string {
  const parameters = path.indexOf(';');
  const end = parameters === -1 ? path.length : parameters;
  return path.slice(path.lastIndexOf('/', end - 2) + 1, end);
}

/** In lower case; '' if there is none. */
function endingOf(file: string): string {
  const dot = file.lastIndexOf('.');
  return dot === -1 ? '' : file.slice(dot + 1).toLowerCase();
}

function isFeed(file: string, ending: string, query: string): boolean {
  if (FEED_ENDINGS.has(ending)) return true;
  const name = file.endsWith('/') ? file.slice(0, -1) : file;
  return FEEDS.has(name.toLowerCase()) || (query !== '' && FEED_QUERY.test(query));
}

function isOfApi(path: string): boolean {
  return API_PATHS.has(path) || API_FOLDERS.some((folder) => path.startsWith(folder));
}

function setOf(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}
