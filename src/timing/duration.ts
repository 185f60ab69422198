/** Texts that are a duration: a number and a unit. */
export const DURATION = /^([0-9]{1,8})([smhd])$/;

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * Reads a duration such as `60s`, `5m`, `24h` or `30d`.
 *
 * @returns seconds, undefined for any other text
 */
export function readDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}
