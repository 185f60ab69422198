/** What happened on a day. */
export interface Annotation {
  readonly name: string;
  readonly day: string;
  readonly text: string;
}

export function annotationsPath(site: string): string {
  return `/api/v1/sites/${encodeURIComponent(site)}/annotations`;
}
