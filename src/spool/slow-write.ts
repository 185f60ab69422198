import { LONGEST_WRITE } from './bounds.ts';

/**
 * Waits for the write of a group. The next group cannot be written before: what waits in it must not wait longer than a new hit,
 * which is refused at once.
 *
 * @param late called once if the write takes too long
 */
export async function whileWriting<Result>(write: Promise<Result>, late: () => void): Promise<Result> {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // If it was this process that did not get on, the write may have ended meanwhile: its end is told before this.
    immediate = setImmediate(late);
  }, LONGEST_WRITE);
  try {
    return await write;
  } finally {
    clearTimeout(timer);
    clearImmediate(immediate);
  }
}
