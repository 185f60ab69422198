import { isConnected } from '../ask/connection.ts';

/** Tells that the server is away. What was there stays, and goes on by itself. */
export function Banner() {
  return (
    <div class="banner" role="status" data-shown={!isConnected.value}>
      {!isConnected.value && (
        <p>
          <span class="dot" aria-hidden="true" /> Connection lost. Trying again…
        </p>
      )}
    </div>
  );
}
