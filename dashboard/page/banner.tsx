import { effect, signal } from '@preact/signals';
import { isConnected } from '../api/connection.ts';

const NOTICE_MS = 6000;

/** An error, shown for some seconds. */
export const notice = signal('');

effect(() => {
  if (notice.value === '') return;
  const timer = setTimeout(() => {
    notice.value = '';
  }, NOTICE_MS);
  return () => clearTimeout(timer);
});

/** Shows that the server is down. The last data stays, and updates resume by themselves. */
export function Banner() {
  return (
    <div class="banner" role="status">
      {!isConnected.value && (
        <p>
          <span class="dot" aria-hidden="true" /> Connection lost. Trying again…
        </p>
      )}
      {notice.value !== '' && <p>{notice.value}</p>}
    </div>
  );
}
