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
