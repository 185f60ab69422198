import type { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

/**
 * The log of a server.
 *
 * A line that cannot be written is lost, without further effect: if the log is a file on a full disk, the server goes
 * on, and logs again once the disk has room.
 *
 * @param out its destination. A stream of a file is bypassed, so that each line is in the file as soon as it is logged
 */
export function openLog(level: string, out: Writable | { readonly fd: number } = { fd: 2 }): Logger {
  if (!('fd' in out)) return pino({ level }, out);
  const destination = pino.destination({ dest: Number(out.fd), sync: true });
  destination.on('error', () => undefined);
  return pino({ level }, destination);
}

/** Log for modules that do not know how it is written. */
export function messagesOf(log: Logger) {
  return {
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string) => log.error(message),
  };
}
