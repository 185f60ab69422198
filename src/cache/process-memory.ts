/**
 * Memory of the process, and how to manage with little of it. JavaScript's heap and the engine's allocator trade memory for speed:
 * the one lets garbage pile up, the other keeps pages that are free. In a small container, that is what the kernel kills it for.
 * Measured in 384 MiB, with hits of which no two share a value: the process was killed after 45,000 of them, with a heap of 130 MiB,
 * half of it garbage, and engine memory that was free and not returned. With the settings below, the heap has 50 to 80 MiB, and
 * the process levels off at 280 MiB.
 */
import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** Bytes below which a process saves memory: what it can save is a large part of them. */
const LITTLE = 2 ** 30;

/** Bytes that the process may use: those of its control group, or else of the machine. */
export function processMemory(): number {
  // 0, or a huge number, without a limit.
  const limit = process.constrainedMemory();
  const machine = totalmem();
  return limit > 0 && limit < machine ? limit : machine;
}

/** Bytes that live windows of sites may take unless the owner says so (`--live-memory`): of a small process, an eighth. */
export function liveMemory(available = processMemory()): number {
  return Math.min(256 * 2 ** 20, Math.floor(available / 8));
}

/**
 * Lets the process return memory sooner, for a little more processor time, if it may use less than 1 GiB. To be called before the
 * engine is loaded, whose allocator reads its setting then, and only from the environment.
 *
 * @param environment of the process. A setting that it has for the allocator holds
 */
export function saveMemory(environment: NodeJS.ProcessEnv, available = processMemory()): void {
  if (available >= LITTLE) return;
  // At once. Otherwise five seconds later, and never while nothing is allocated.
  environment.JE_MALLOC_CONF ??= 'dirty_decay_ms:0';
  // The old generation is collected when it has grown by 30 %.
  setFlagsFromString('--heap-growing-percent=30');
  keepYoungGenerationSmall();
}

/**
 * Keeps the part of the heap for new objects as large as it is, a few MiB. It would double whenever much of it survives, up to 64
 * MiB, and never shrinks while little happens: a server that has started would have 25 MB more for nothing.
 *
 * @returns lets it grow again if the process has enough memory: hits and lines then cost less
 */
export function keepYoungGenerationSmall(available = processMemory()): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  return () => {
    if (available >= LITTLE) setFlagsFromString('--semi-space-growth-factor=2');
  };
}
