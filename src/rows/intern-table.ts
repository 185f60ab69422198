/**
 * Numbers texts that repeat, such as the sites of a batch of hits, so that each hit holds a small number and the batch
 * each text once.
 *
 * @example
 * const sites = new InternTable();
 * sites.idOf('a.com'); // 0
 * sites.idOf('b.com'); // 1
 * sites.idOf('a.com'); // 0
 * sites.texts(); // ['a.com', 'b.com']
 */
export class InternTable {
  readonly #ids = new Map<string, number>();

  /** @returns the text's place in `texts` */
  idOf(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(text, id);
    }
    return id;
  }

  texts(): string[] {
    return [...this.#ids.keys()];
  }
}
