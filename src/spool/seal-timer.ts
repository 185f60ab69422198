import { SEAL_AFTER } from './bounds.ts';

/** Looks now and then whether the open segment must be finished, while there is one. */
export class SealTimer {
  readonly #look: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** @param look finishes the segment if it is time; returns whether to look again */
  constructor(look: () => boolean) {
    this.#look = look;
  }

  start(): void {
    if (this.#timer || this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#look()) this.start();
    }, SEAL_AFTER);
  }

  /** For good. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
