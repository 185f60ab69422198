import { lowerCase } from './lower-case.ts';
import { entriesOf, readTable } from './table.ts';

/** Purposes of bots; see `bots.tsv`. */
export const BOT_KINDS = [
  'search',
  'ai_training',
  'ai_search',
  'ai_assistant',
  'preview',
  'monitor',
  'feed',
  'seo',
  'tool',
  'other',
] as const;

export type BotKind = (typeof BOT_KINDS)[number];

/** Operator of bots that anyone may run, and of unlisted ones. */
export const UNKNOWN_OPERATOR = 'Unknown';

export interface Bot {
  readonly operator: string;
  readonly kind: BotKind;
}

/** Name, lower case → bot. */
export const BOTS: ReadonlyMap<string, Bot> = new Map(
  readTable('bots.tsv').flatMap(([operator = '', kind = '', names = '']) => {
    const bot = { operator: operator || UNKNOWN_OPERATOR, kind: kind as BotKind };
    return entriesOf(names, ', ').map((name) => [name, bot] as const);
  }),
);

/**
 * The operator of a bot.
 *
 * @param name as hits keep it (`Hit.bot`); any text is valid
 * @returns `Unknown` if it is not listed; '' for people, who have no bot's name
 * @example
 * botOperator('Googlebot-Image'); // 'Google'
 */
export function botOperator(name: string): string {
  return name === '' ? '' : (botOf(name)?.operator ?? UNKNOWN_OPERATOR);
}

/**
 * The purpose of a bot.
 *
 * @param name as hits keep it (`Hit.bot`); any text is valid
 * @returns `other` if it is not listed; '' for people
 */
export function botKind(name: string): BotKind | '' {
  return name === '' ? '' : (botOf(name)?.kind ?? 'other');
}

function botOf(name: string): Bot | undefined {
  const text = lowerCase(name);
  return BOTS.get(text) ?? BOTS.get(/^[a-z0-9]+/.exec(text)?.[0] ?? '');
}
