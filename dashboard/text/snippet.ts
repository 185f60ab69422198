/** The host name of a typed name or address, in ASCII form: people paste `https://example.com/`. Undefined if there is none. */
export function siteOf(typed: string): string | undefined {
  const text = typed.trim();
  const address = text.includes('://') ? text : `http://${text}`;
  const host = /^https?:/i.test(address) && URL.canParse(address) ? new URL(address).hostname : '';
  return /^(?!-)[a-z0-9._-]+$|^\[[0-9a-f:]+\]$/.test(host) ? host.replace(/^\[|[.\]]$/g, '') : undefined;
}

/**
 * The HTML to paste into the pages of a site.
 *
 * @param origin of this server, such as `https://stats.example.com`
 * @param site a host name
 */
export function snippetOf(origin: string, site: string): string {
  return `<script defer src="${origin}/script.js" data-site="${site}"></script>
<noscript><img src="${origin}/hit.gif?site=${encodeURIComponent(site)}" alt="" referrerpolicy="no-referrer-when-downgrade"></noscript>`;
}
