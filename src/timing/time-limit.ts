/**
 * Waits for a promise, but at most `milliseconds`.
 *
 * @returns its value, or undefined if it takes longer: its outcome is then ignored
 * @throws what the promise rejects with within that time
 */
export function waitUpTo<Result>(
  milliseconds: number,
  promise: Promise<Result>,
): Promise<Result | undefined> {
  return limited<Result | undefined>(milliseconds, promise, ({ resolve }) => resolve(undefined));
}

/**
 * The value of a promise that must settle within `milliseconds`.
 *
 * @param late called when it did not; the outcome of the promise is then ignored
 * @throws what the promise rejects with, or what `late` returns
 */
export function inTime<Result>(
  milliseconds: number,
  promise: Promise<Result>,
  late: () => Error,
): Promise<Result> {
  return limited<Result>(milliseconds, promise, ({ reject }) => reject(late()));
}

async function limited<Result>(
  milliseconds: number,
  promise: Promise<Result>,
  onTimeout: (limit: PromiseWithResolvers<Result>) => void,
): Promise<Result> {
  const limit = Promise.withResolvers<Result>();
  const timer = setTimeout(() => onTimeout(limit), milliseconds);
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
