/** The log of scheduled work. */
export interface ScheduleLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
