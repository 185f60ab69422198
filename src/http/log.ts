import { type Logger, pino } from 'pino';

/**
 * The log of a server, on standard error.
 *
 * A line that cannot be written is lost, without further effect: if the log is a file on a full disk, the server goes
 * on, and logs again once the disk has room.
 */
export function openLog(level: string): Logger {
  const destination = pino.destination({ dest: 2, sync: true });
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
