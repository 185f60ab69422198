/** Longer than any period, in milliseconds. */
const ENDLESS = 1e15;

/**
 * SQL of the start of the interval that a time is in, in milliseconds since 1970, from a list of starts. The time zones of the
 * store are not used: they can be older than those of this runtime, and disagree with them if a country has changed its rules.
 *
 * @param time SQL of milliseconds since 1970; not before the first start
 * @param starts from `intervalStarts`. As literals, they are one element of the syntax tree. The last interval has any length:
 *   it may be longer than the others, as December is than November
 * @example
 * intervalStartSql('t', [0, 3_600_000]); // '0 + least(intDiv(t - 0, 3600000), 1) * 3600000'
 */
export function intervalStartSql(time: string, starts: readonly number[]): string {
  const [first = 0, second = first + ENDLESS] = starts;
  const length = second - first;
  if (starts.every((start, at) => start === first + at * length))
    return `${first} + least(intDiv(${time} - ${first}, ${length}), ${starts.length - 1}) * ${length}`;
  return `roundDown(${time}, CAST([${starts.join()}], 'Array(Int64)'))`;
}
