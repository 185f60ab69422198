/** Waits for a promise, but at most `milliseconds`. Throws if the promise rejects within that time. */
export async function waitUpTo(milliseconds: number, something: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    await Promise.race([something, limit]);
  } finally {
    clearTimeout(timer);
  }
}
