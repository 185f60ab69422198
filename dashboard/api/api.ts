/** Queries to the server, and its errors. */

/** An error response. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 if the server was not reached. */
  readonly status: number;
  /** Seconds after which to retry, if the server said so. */
  readonly retryAfter: number | undefined;

  constructor(message: string, status: number, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same query may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Sends a request to the server.
 *
 * @param path such as `/api/v1/sites`
 * @returns the answer, parsed from JSON; undefined if it is empty
 * @throws ApiError also if the server is not reached
 */
export async function request<Result>(
  path: string,
  { method = 'GET', body, signal }: RequestOptions = {},
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

/** A path with parameters: those without a value are omitted, and lists repeat the parameter. */
export function withParams(
  path: string,
  params: Readonly<Record<string, string | readonly string[] | undefined>>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string') search.set(name, value);
    else for (const each of value ?? []) search.append(name, each);
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

/** A POST as one text: caches and queues know queries by their text, and `requestText` sends it. */
export function postText(path: string, body: unknown): string {
  return `${path}\n${JSON.stringify(body)}`;
}

/**
 * Sends a query by its text.
 *
 * @param text a path, or a `postText`
 * @throws ApiError
 */
export function requestText<Result>(text: string, signal?: AbortSignal): Promise<Result> {
  const [path = '', body] = text.split('\n');
  return request<Result>(path, {
    ...(body !== undefined && { method: 'POST' as const, body: JSON.parse(body) as unknown }),
    ...(signal && { signal }),
  });
}
