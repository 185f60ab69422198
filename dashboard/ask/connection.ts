import { signal } from '@preact/signals';

/** Whether the server was reached the last time. */
export const isConnected = signal(true);

export function lost(): void {
  isConnected.value = false;
}

export function recovered(): void {
  isConnected.value = true;
}
