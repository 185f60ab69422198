/**
 * The document as a plain HTML page, built once: Swagger's own page would be a megabyte of script, with forms
 * that send real hits.
 */
import type { Schema } from '../../schema/schema.ts';
import type { OpenApiDocument } from './document.ts';
import type { Answer, Method, OpenApiParameter, Operation } from './operation.ts';

export const STYLE = `:root{color-scheme:light dark;--line:light-dark(#dcdfe4,#34383f);--soft:light-dark(#f5f6f8,#1c1f24);--dim:light-dark(#565d68,#a0a7b2);--link:light-dark(#0b57b7,#8ab8ff)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:2rem 1.25rem 6rem;font:1rem/1.55 system-ui,sans-serif;background:light-dark(#fff,#121417);color:light-dark(#1b1e23,#e6e8eb)}
a{color:var(--link)}h1{margin:0 0 .25rem;font-size:1.75rem}h2{margin:3rem 0 .25rem;font-size:1.35rem}
nav ul{columns:2 18rem;padding:0;list-style:none}nav li{break-inside:avoid}
article{margin:1.25rem 0;padding:1rem 1.25rem;border:1px solid var(--line);border-radius:.6rem}
h3{margin:0;font-size:1rem;font-weight:600}h3 code{font-size:1rem;overflow-wrap:anywhere}
.method{display:inline-block;min-width:3.6rem;font:600 .8rem/1.6 ui-monospace,monospace;text-transform:uppercase}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:.875rem}
pre{margin:.75rem 0 0;padding:.75rem 1rem;overflow-x:auto;background:var(--soft);border-radius:.4rem}
p{margin:.5rem 0}.dim{color:var(--dim)}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.2rem 1rem;margin:.75rem 0 0}dt{overflow-wrap:anywhere}dd{margin:0;color:var(--dim)}
@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}`;

/** A method, a path, and their description. */
interface Entry {
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
}

export function docsPage(document: OpenApiDocument): string {
  const entries: Entry[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method as Method, path, operation })),
  );
  const sections = document.tags.map(({ name, description }) => {
    const own = entries.filter(({ operation }) => operation.tags.includes(name));
    return `<section aria-labelledby="${name}"><h2 id="${name}">${escaped(name)}</h2><p class="dim">${marked(description)}</p>${own.map(article).join('\n')}</section>`;
  });
  const links = entries.map(
    ({ method, path, operation }) =>
      `<li><a href="#${operation.operationId}"><span class="method">${method}</span> <code>${escaped(path)}</code></a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hit Tracker: the API</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Hit Tracker ${escaped(document.info.version)}: the API</h1>
<p class="dim">The same for programs: <a href="/openapi.json">openapi.json</a>. Errors are <code>application/problem+json</code> with a stable <code>code</code>.</p>
</header>
<nav aria-label="Operations"><ul>${links.join('')}</ul></nav>
<main>${sections.join('\n')}</main>
</body>
</html>
`;
}

function article({ method, path, operation }: Entry): string {
  const { operationId, summary, description, parameters = [], responses } = operation;
  return `<article id="${operationId}">
<h3><span class="method">${method}</span> <code>${escaped(path)}</code></h3>
<p>${marked(summary)}.</p>${description ? `<p class="dim">${marked(description)}</p>` : ''}
${parameters.length > 0 ? `<dl>${parameters.map(parameterRow).join('')}</dl>` : ''}
<pre tabindex="0" role="group" aria-label="Example request"><code>${escaped(curlOf(method, path, operation))}</code></pre>
<dl>${Object.entries(responses)
    .map(([status, answer]) => `<dt>${status}</dt><dd>${marked(answer.description)}</dd>`)
    .join('')}</dl>
${Object.values(responses).map(exampleOf).join('')}
</article>`;
}

function parameterRow({ name, description, schema, required }: OpenApiParameter): string {
  const values = allowedBy(schema);
  return `<dt><code>${escaped(name)}</code>${required ? ' (required)' : ''}</dt><dd>${marked([description, ...values].join('; '))}</dd>`;
}

/** Constraints of a schema, as text. */
function allowedBy({
  enum: choices,
  anyOf,
  items,
  minimum,
  maximum,
  maxLength,
  default: usual,
}: Schema): string[] {
  const ofParts = [anyOf ?? [], items ?? []].flat().flatMap((each) => allowedBy(each as Schema));
  return [
    ...(Array.isArray(choices) ? [choices.join(', ')] : []),
    ...(maximum === undefined ? [] : [`${minimum} to ${maximum}`]),
    ...(maxLength === undefined ? [] : [`up to ${maxLength} characters`]),
    ...ofParts,
    ...(usual === undefined || String(usual) === '' ? [] : [`default: ${usual}`]),
  ];
}

function exampleOf({ content = {} }: Answer): string {
  const [found] = Object.values(content).filter(({ example }) => example !== undefined);
  if (!found) return '';
  const text = typeof found.example === 'string' ? found.example : JSON.stringify(found.example, null, 2);
  return `<pre tabindex="0" role="group" aria-label="Example response"><code>${escaped(text.trimEnd())}</code></pre>`;
}

/** The example of an operation, as a shell command. */
export function curlOf(
  method: Method,
  path: string,
  { parameters = [], requestBody, security }: Operation,
): string {
  const [place, query] = exampleAddress(path, parameters);
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return [
    'curl',
    ...(method === 'get' ? [] : ['-X', method.toUpperCase()]),
    ...(security ? [] : ['-H', '"Authorization: Bearer $TOKEN"']),
    ...(content
      ? ['-H', quoted(`content-type: ${type}`), '-d', quoted(JSON.stringify(content.example))]
      : []),
    quoted(`http://localhost:5000${place}${query}`),
  ].join(' ');
}

/** The URL of an operation's example: its path, and its query with the `?`. */
export function exampleAddress(
  path: string,
  parameters: readonly OpenApiParameter[],
): readonly [string, string] {
  const exampleOfPart = (wanted: string) =>
    String(parameters.find(({ name }) => name === wanted)?.example ?? '');
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(exampleOfPart(name)));
  const query = new URLSearchParams(
    parameters.flatMap(({ in: where, name, example, explode }) => {
      if (where !== 'query' || example === undefined) return [];
      const values = explode === false ? [example] : [example].flat();
      return values.map((value) => [name, String(value)]);
    }),
  );
  return [place, query.size > 0 ? `?${query}` : ''];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Text with code in backticks. */
function marked(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
