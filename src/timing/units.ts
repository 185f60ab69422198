/** Units of time, in milliseconds. A day is one of UTC: local days have 23 to 25 hours. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
