import { useState } from 'preact/hooks';
import { useChange } from '../api/change.ts';
import { Alert } from '../page/alert.tsx';
import { readable } from '../text/readable.ts';

/** Deletes a site, after its name has been typed. */
export function SiteDeletion({ site }: { readonly site: string }) {
  const [typed, setTyped] = useState('');
  const { isBusy, fault, run } = useChange();
  const isConfirmed = [site, readable(site)].includes(typed.trim().toLowerCase());
  return (
    <form
      class="site-deletion"
      aria-label={`Delete site ${readable(site)}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (isConfirmed) void run(`/api/v1/sites/${encodeURIComponent(site)}`, { method: 'DELETE' });
      }}
    >
      <p>
        Deletes all hits, visits, daily counts, goals, segments, funnels, notes and alerts of{' '}
        <bdi>{readable(site)}</bdi>, and the tokens that are limited to it. Its archive stays. This cannot be
        undone.
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
      <button type="submit" class="danger" disabled={isBusy || !isConfirmed}>
        {isBusy ? 'Deleting…' : 'Delete permanently'}
      </button>
      <Alert text={fault} />
    </form>
  );
}
