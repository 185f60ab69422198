/**
 * Splits a text into arguments as a shell does: at whitespace, except between quotes.
 *
 * @throws Error for an unclosed quote
 * @example
 * splitArguments('archive cron "0 4 * * *" --to x'); // ['archive', 'cron', '0 4 * * *', '--to', 'x']
 */
export function splitArguments(text: string): string[] {
  const args: string[] = [];
  for (const [, double, single, plain] of text.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+|["'])/g)) {
    if (plain === '"' || plain === "'") throw new Error(`a ${plain} is not closed`);
    args.push(double ?? single ?? plain ?? '');
  }
  return args;
}
