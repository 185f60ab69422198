import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of the heap that something takes for as long as it is held. */
export function weightOf(make: () => object): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  collectGarbage();
  const before = memoryUsage().heapUsed;
  const held = [make()];
  collectGarbage();
  const bytes = memoryUsage().heapUsed - before;
  // Only what is used later is held until now.
  held.pop();
  return bytes;
}
