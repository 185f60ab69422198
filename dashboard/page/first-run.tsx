import { useEffect, useState } from 'preact/hooks';
import { isAwaited, pulse } from '../api/answers.ts';
import { live, openLiveFeed } from '../api/live-feed.ts';
import { SiteField } from '../settings/site-field.tsx';
import { SnippetBox } from '../settings/snippet-box.tsx';

/** How often to check whether the store has the first hit after it arrived, in milliseconds. */
const LOOK_MS = 500;

/** Before the first hit: instructions, and an indicator for its arrival. */
export function FirstRun() {
  const [site, setSite] = useState<string | undefined>('example.com');
  const hasHits = (live.value?.total.hits ?? 0) > 0;
  useEffect(() => openLiveFeed('', '60s'), []);
  useEffect(() => {
    if (!hasHits) return;
    const timer = setInterval(() => {
      // To ask again would begin again, and a slow answer would never come.
      if (!isAwaited('others')) pulse.value++;
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [hasHits]);
  return (
    <section class="card first-run" aria-labelledby="first-run">
      <h1 id="first-run">Count your first hit</h1>
      <ol class="steps">
        <li>
          <SiteField label="Which site do you want to count?" initial="example.com" onChange={setSite} />
        </li>
        <li>
          <p>Paste this into the head of its pages:</p>
          <SnippetBox site={site ?? 'example.com'} />
        </li>
        <li>
          <p>Open a page of the site. To try it without one:</p>
          <button
            type="button"
            class="control"
            disabled={site === undefined}
            onClick={() => site !== undefined && sendTestHit(site)}
          >
            Send a test hit
          </button>
        </li>
      </ol>
      <p class="waiting" role="status">
        <span class="dot" aria-hidden="true" />{' '}
        {hasHits ? 'Hit received. One moment…' : 'Waiting for the first hit…'}
      </p>
    </section>
  );
}

/** Like a page without JavaScript. */
function sendTestHit(site: string): void {
  new Image().src = `/hit.gif?${new URLSearchParams({ site, path: '/' })}`;
}
