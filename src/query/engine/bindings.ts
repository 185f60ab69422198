import type { Parameters } from '../../store/store.ts';

/** The values of a statement: they are never part of its text. */
export class Bindings {
  readonly #values: Record<string, Parameters[string]> = {};
  #next = 0;

  get parameters(): Parameters {
    return this.#values;
  }

  /** @returns SQL of a text */
  text(value: string): string {
    return this.#bind(value, 'String');
  }

  /** @returns SQL of a number */
  number(value: number): string {
    return this.#bind(value, 'Float64');
  }

  /** @returns SQL of a time, in milliseconds since 1970 */
  time(value: number): string {
    return `fromUnixTimestamp64Milli(${this.#bind(value, 'Int64')}, 'UTC')`;
  }

  /** @returns SQL of a list of texts */
  texts(values: readonly string[]): string {
    return this.#bind([...values], 'Array(String)');
  }

  /** @returns SQL of a decimal with 8 digits after the point */
  decimal(value: string): string {
    return `toDecimal128(${this.text(value)}, 8)`;
  }

  #bind(value: Parameters[string], type: string): string {
    const name = `p${this.#next++}`;
    this.#values[name] = value;
    return `{${name}:${type}}`;
  }
}
