import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One for garbage, one for what only garbage held, such as the memory of arrays, and one to be sure. */
const COLLECTIONS = 3;

/** A value, and the bytes it takes while it is held: objects, strings and the memory of arrays. */
export function weigh<Thing>(make: () => Thing): { thing: Thing; bytes: number } {
  const before = heldBytes();
  const thing = make();
  return { thing, bytes: heldBytes() - before };
}

/** Memory in use, without garbage. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  for (let i = 0; i < COLLECTIONS; i++) collectGarbage();
  const { heapUsed, arrayBuffers } = memoryUsage();
  return heapUsed + arrayBuffers;
}
