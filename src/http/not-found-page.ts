import type { IncomingMessage } from 'node:http';

/** Nothing but its own style. */
export const NOT_FOUND_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  vary: 'accept',
};

/** What people see at an address that does not exist. The address itself, which anyone may have made, is not in it. */
export const NOT_FOUND_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Page not found – Hit Tracker</title>
<style>
body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:36rem;margin:18vh auto;padding:0 1.25rem;color-scheme:light dark}
a{color:inherit;text-underline-offset:.2em}
</style>
</head>
<body>
<main>
<h1>Page not found</h1>
<p>Hit Tracker has no page at this address. It may be mistyped, or the page may have moved.</p>
<p><a href="/dashboard">Go to the dashboard</a> or <a href="/docs">read about the API</a>.</p>
</main>
</body>
</html>
`;

/** Whether a person looks at the answer: a browser that opens a page says that it takes HTML, and programs do not. */
export function wantsPage({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return (method === 'GET' || method === 'HEAD') && (headers.accept?.includes('text/html') ?? false);
}
