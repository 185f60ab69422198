/** A UTC day of a site. */
export interface SiteDay {
  readonly site: string;
  /** `2026-11-29` */
  readonly day: string;
}
