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
 * @param late the message of the error if it did not; the outcome of the promise is then ignored
 * @param onTimeout called after that, to end what the promise waits for
 * @throws what the promise rejects with, or an error with that message
 */
export function inTime<Result>(
  milliseconds: number,
  promise: Promise<Result>,
  late: string,
  onTimeout: () => void = () => undefined,
): Promise<Result> {
  return limited<Result>(milliseconds, promise, ({ reject }) => {
    // First, as ending what it waits for may fail the promise.
    reject(new Error(late));
    onTimeout();
  });
}

async function limited<Result>(
  milliseconds: number,
  promise: Promise<Result>,
  onTimeout: (limit: Pick<PromiseWithResolvers<Result>, 'resolve' | 'reject'>) => void,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<Result>((resolve, reject) => {
    timer = setTimeout(() => onTimeout({ resolve, reject }), milliseconds);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
