/**
 * The names that rotated logs get: a number or a date after the log's name or before its extension, with or without the
 * extension of a compression. `access.log` becomes `access.log.1`, `access.log.2.gz`, `access.log-20261130`,
 * `access-2026-11-30.log.xz`, `access.log.old`.
 */

const COMPRESSED = /\.(?:gz|bz2|xz|zst|br|zip)$/;
const OLD = /\.old$/;
/** A number, date or time, with its separator. */
const NUMBER = /^[._-]\d[\dTZ:._-]*$/;
const EXTENSION = /\.[A-Za-z]\w*$/;
const SEPARATOR = /[._-]/g;

/**
 * The names of the logs that may have been rotated to this name.
 *
 * @param name of a file, without its folder
 * @example
 * rotatedFrom('access.log.2.gz'); // ['access.log.2', 'access.log', …]
 */
export function rotatedFrom(name: string): string[] {
  const plain = name.replace(COMPRESSED, '');
  const names = plain === name ? [] : [plain];
  if (OLD.test(plain)) names.push(plain.replace(OLD, ''));
  const extension = EXTENSION.exec(plain)?.[0] ?? '';
  names.push(...beforeNumber(plain));
  if (extension !== '') {
    names.push(...beforeNumber(plain.slice(0, -extension.length)).map((stem) => `${stem}${extension}`));
  }
  return names;
}

/** Whether a name is that of a file that is no longer written to. */
export function looksRotated(name: string): boolean {
  const plain = name.replace(COMPRESSED, '');
  return plain !== name || OLD.test(plain) || beforeNumber(plain).length > 0;
}

/** Whether a name is that of a compressed file. */
export function looksCompressed(name: string): boolean {
  return COMPRESSED.test(name);
}

/** The text before a number at the end, for each separator that it may begin with. */
function beforeNumber(name: string): string[] {
  return Array.from(name.matchAll(SEPARATOR), ({ index }) => index)
    .filter((at) => at > 0 && NUMBER.test(name.slice(at)))
    .map((at) => name.slice(0, at));
}
