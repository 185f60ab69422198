import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisLink } from './link.ts';

/** A Lua script, called by its digest once the server has it. */
class Script {
  readonly #text: string;
  readonly #digest: string;

  constructor(file: URL) {
    this.#text = readFileSync(file, 'utf8');
    this.#digest = createHash('sha1').update(this.#text).digest('hex');
  }

  /** @param keys must all be in one slot */
  async call(link: RedisLink, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await link.send(keys[0]!, ['EVALSHA', this.#digest, ...rest]);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await link.send(keys[0]!, ['EVAL', this.#text, ...rest]);
    }
  }
}

/** Counts a batch of one site. */
export const countScript = new Script(new URL('count.lua', import.meta.url));
