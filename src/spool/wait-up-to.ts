/** Waits for something, but not longer than `milliseconds`. A fault of it is thrown while it is waited for. */
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
