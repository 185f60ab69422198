/** Questions to the server, and what it says when it cannot answer. */

/** An answer that is none. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 where the server was not reached. */
  readonly status: number;
  /** Seconds after which to ask again, where the server said so. */
  readonly retryAfter: number | undefined;

  constructor(message: string, status: number, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same question may be answered later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

export interface AskOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Asks the server.
 *
 * @param path such as `/api/v1/sites`
 * @returns what it answers, as JSON; undefined where it has nothing to say
 * @throws ApiError also where the server is not reached
 */
export async function ask<Result>(
  path: string,
  { method = 'GET', body, signal }: AskOptions = {},
): Promise<Result> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError('The server cannot be reached.', 0);
  });
  if (!response.ok) throw await errorOf(response);
  return (response.status === 204 ? undefined : await response.json()) as Result;
}

async function errorOf(response: Response): Promise<ApiError> {
  const problem: unknown = await response.json().catch(() => undefined);
  const detail =
    typeof problem === 'object' &&
    problem !== null &&
    'detail' in problem &&
    typeof problem.detail === 'string'
      ? problem.detail
      : `The server answered ${response.status}.`;
  const retryAfter = Number(response.headers.get('retry-after'));
  return new ApiError(detail, response.status, retryAfter > 0 ? retryAfter : undefined);
}

/** A path with words, of which those without a value are left out; a list stands as often as it is long. */
export function withWords(
  path: string,
  words: Readonly<Record<string, string | readonly string[] | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(words)) {
    if (typeof value === 'string') query.set(name, value);
    else for (const each of value ?? []) query.append(name, each);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
