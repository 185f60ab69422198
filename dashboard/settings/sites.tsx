import { useState } from 'preact/hooks';
import type { Site, SitesAnswer } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { useChange } from '../api/change.ts';
import { Alert } from '../page/alert.tsx';
import { Answered } from '../page/answered.tsx';
import { IconButton } from '../page/icon-button.tsx';
import { format } from '../page/preferences.ts';
import { SearchField } from '../page/search-field.tsx';
import { readable } from '../text/readable.ts';
import { Section } from './section.tsx';
import { SiteDeletion } from './site-deletion.tsx';
import { SiteField } from './site-field.tsx';
import { SnippetBox } from './snippet-box.tsx';

/** Sites on a page. */
const ROWS = 10;

/** Sites with their counts, whether they are public, their snippets, and their deletion. */
export function Sites() {
  const answer = useAnswer<SitesAnswer>('/api/v1/sites');
  return (
    <Section
      id="sites"
      name="Sites"
      about="Badges and counters of a public site are visible to everyone. Its dashboard stays private."
    >
      <Answered answer={answer}>{({ sites }) => <SiteList sites={sites} />}</Answered>
      <NewSite />
    </Section>
  );
}

/** A page of the sites that match a search: a server may have hundreds. */
function SiteList({ sites }: { readonly sites: readonly Site[] }) {
  const [wanted, setWanted] = useState('');
  const [page, setPage] = useState(0);
  const found = sites.filter(({ site }) => `${site} ${readable(site)}`.includes(wanted.trim().toLowerCase()));
  const last = Math.max(0, Math.ceil(found.length / ROWS) - 1);
  const at = Math.min(page, last);
  const step = (direction: -1 | 1) => (
    <IconButton
      icon={direction < 0 ? 'left' : 'right'}
      label={direction < 0 ? 'Previous sites' : 'Next sites'}
      disabled={direction < 0 ? at === 0 : at === last}
      onClick={() => setPage(at + direction)}
    />
  );
  return (
    <>
      {sites.length > ROWS && (
        <div class="list-tools">
          <SearchField label="Search sites" text={wanted} onChange={setWanted} />
          <span class="quiet-text" role="status">
            {found.length === 0
              ? 'No matches'
              : `${at * ROWS + 1}–${Math.min(found.length, (at + 1) * ROWS)} of ${format.whole(found.length)}`}
          </span>
          {step(-1)}
          {step(1)}
        </div>
      )}
      <ul class="list">
        {found.slice(at * ROWS, (at + 1) * ROWS).map((site) => (
          <SiteLine key={site.site} site={site} />
        ))}
        {sites.length === 0 && <li class="quiet-text">No sites yet. A site appears with its first hit.</li>}
      </ul>
    </>
  );
}

function SiteLine({ site: { site, hits, last, public: isPublic } }: { readonly site: Site }) {
  const [isOpen, setOpen] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const { isBusy, fault, run } = useChange();
  const path = encodeURIComponent(site);
  return (
    <li class="line">
      <div class="line-head">
        <div>
          <bdi class="line-name">{readable(site)}</bdi>
          <p class="quiet-text">
            {format.count(hits, 'hit')}, last hit {format.moment(last)}
          </p>
        </div>
        <button type="button" class="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Snippet<span class="hidden"> of {site}</span>
        </button>
        {isPublic !== undefined && (
          <label class="switch">
            <input
              type="checkbox"
              role="switch"
              checked={isPublic}
              aria-checked={isPublic}
              disabled={isBusy}
              onChange={({ currentTarget }) =>
                void run(`/api/v1/sites/${path}`, { method: 'PUT', body: { public: currentTarget.checked } })
              }
            />
            <span>
              Public<span class="hidden"> badges of {site}</span>
            </span>
          </label>
        )}
        <button
          type="button"
          class="quiet"
          aria-expanded={isDeleting}
          onClick={() => setDeleting(!isDeleting)}
        >
          Delete<span class="hidden"> site {site}</span>
        </button>
      </div>
      <Alert text={fault} />
      {isDeleting && <SiteDeletion site={site} />}
      {isOpen && <SnippetBox site={site} />}
      {isOpen && isPublic && (
        <p class="badge-line">
          <img src={`/badge/${path}/total.svg`} alt={`Badge of ${site}`} />
          <code>{`![hits](${location.origin}/badge/${path}/total.svg)`}</code>
        </p>
      )}
    </li>
  );
}

function NewSite() {
  const [site, setSite] = useState<string>();
  return (
    <details class="new-site">
      <summary>Add a site</summary>
      <div class="new-site-body">
        <SiteField label="Host name" initial="" onChange={setSite} />
        <p class="quiet-text">Paste this into its pages. The site appears here with its first hit.</p>
        <SnippetBox site={site ?? 'example.com'} />
      </div>
    </details>
  );
}
