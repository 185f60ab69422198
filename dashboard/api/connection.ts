import { signal } from '@preact/signals';

/** Whether the last request reached the server. */
export const isConnected = signal(true);

export function lost(): void {
  isConnected.value = false;
}

export function recovered(): void {
  isConnected.value = true;
}
