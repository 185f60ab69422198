import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for some milliseconds, or until the signal is aborted. Never rejects: the caller looks at its signal.
 *
 * @param ref whether the process stays alive for it; default true
 */
export async function pause(
  milliseconds: number,
  signal?: AbortSignal,
  { ref = true }: { readonly ref?: boolean } = {},
): Promise<void> {
  await sleep(milliseconds, undefined, { ref, ...(signal && { signal }) }).catch(() => undefined);
}
