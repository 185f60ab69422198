import { useState } from 'preact/hooks';
import { useChange } from '../api/change.ts';
import { Alert } from '../page/alert.tsx';

/** Deletes a site, after its name has been typed. */
export function SiteDeletion({ site }: { readonly site: string }) {
  const [typed, setTyped] = useState('');
  const { isBusy, fault, run } = useChange();
  return (
    <form
      class="site-deletion"
      aria-label={`Delete site ${site}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() === site)
          void run(`/api/v1/sites/${encodeURIComponent(site)}`, { method: 'DELETE' });
      }}
    >
      <p>
        Deletes all hits, visits, daily counts, goals, segments, funnels and notes of <bdi>{site}</bdi>, and
        the tokens that are limited to it. Its archive stays. This cannot be undone.
      </p>
      <label>
        Type the name of the site to confirm
        <input
          type="text"
          value={typed}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </label>
      <button type="submit" class="danger" disabled={isBusy || typed.trim() !== site}>
        {isBusy ? 'Deleting…' : 'Delete permanently'}
      </button>
      <Alert text={fault} />
    </form>
  );
}
