import { signal } from '@preact/signals';
import type { Session } from './answer-types.ts';
import { ApiError, ask } from './api.ts';

const NOBODY: Session = { reader: false, admin: false, public: false };

/** What this browser may do; undefined until the server said so. */
export const session = signal<Session | undefined>(undefined);

/** @throws ApiError where the server is not reached */
export async function readSession(): Promise<void> {
  session.value = await ask<Session>('/api/v1/session');
}

/**
 * @returns what is wrong, or undefined
 */
export async function signIn(token: string): Promise<string | undefined> {
  try {
    await ask('/api/v1/session', { method: 'POST', body: { token } });
    await readSession();
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status === 401 ? 'That token is incorrect.' : error.message;
  }
}

export async function signOut(): Promise<void> {
  await ask('/api/v1/session', { method: 'DELETE' });
  location.assign('/dashboard');
}

/** The server no longer knows this browser. */
export function signedOut(): void {
  session.value = NOBODY;
}
