/** `/script.js`: counts the page that includes it. Its settings are attributes of its element; see docs/snippet.md. */
import { type Tracker, track } from './tracker.ts';

/** Calls from before the script was loaded are queued in `q`. */
type Hit = Tracker['hit'] & { q?: Parameters<Tracker['hit']>[] };

const element = document.currentScript as HTMLScriptElement | null;
if (element) {
  const { dataset, src } = element;
  const hit = track(
    src.replace(/[^/]*$/, 'hit'),
    dataset.site,
    'hash' in dataset,
    'outbound' in dataset,
    'dnt' in dataset,
    'local' in dataset,
  );
  const page = window as unknown as { hit?: Hit };
  const waiting = page.hit?.q ?? [];
  page.hit = hit;
  for (const call of waiting) hit(...call);
}
