import { signal } from '@preact/signals';
import type { Session } from './answer-types.ts';
import { ApiError, request } from './api.ts';

const NO_SESSION: Session = { reader: false, admin: false, public: false };

/** What this browser may do; undefined until the server has answered. */
export const session = signal<Session | undefined>(undefined);

/** @throws ApiError if the server is not reached */
export async function readSession(): Promise<void> {
  session.value = await request<Session>('/api/v1/session');
}

/**
 * @returns an error message, or undefined
 */
export async function signIn(token: string): Promise<string | undefined> {
  try {
    await request('/api/v1/session', { method: 'POST', body: { token } });
    await readSession();
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status === 401 ? 'That token is incorrect.' : error.message;
  }
}

export async function signOut(): Promise<void> {
  await request('/api/v1/session', { method: 'DELETE' });
  location.assign('/dashboard');
}

/** Signs this browser out. */
export function signedOut(): void {
  session.value = NO_SESSION;
}
