import { useState } from 'preact/hooks';
import { Icon } from '../page/icon.tsx';
import { snippetOf } from '../text/snippet.ts';

/** The lines to paste into a site's pages. */
export function SnippetBox({ site }: { readonly site: string }) {
  const text = snippetOf(location.origin, site);
  return (
    <div class="snippet">
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} />
    </div>
  );
}

export function CopyButton({ text }: { readonly text: string }) {
  const [isDone, setDone] = useState(false);
  return (
    <button
      type="button"
      class="control"
      onClick={async () => {
        await copy(text);
        setDone(true);
        setTimeout(() => setDone(false), 2000);
      }}
    >
      <Icon name="copy" /> <span aria-live="polite">{isDone ? 'Copied' : 'Copy'}</span>
    </button>
  );
}

/** Also works over plain HTTP, where browsers have no clipboard API. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
