import { pulse } from '../api/answers.ts';
import type { ApiError } from '../api/api.ts';

/** A query that failed, and why. */
export function Fault({ error }: { readonly error: ApiError }) {
  return (
    <div class="fault" role="status">
      <p>{error.message}</p>
      {error.isPassing ? (
        <p class="quiet-text">Retrying automatically.</p>
      ) : (
        <button type="button" class="control" onClick={() => pulse.value++}>
          Try again
        </button>
      )}
    </div>
  );
}
