/** The server's answers about funnels, journeys and retention: the members that the page reads. */
import type { Step } from './step.ts';

interface Meta {
  readonly notes?: readonly { readonly detail: string }[];
}

export interface FunnelAnswer {
  readonly visitors: number | null;
  readonly steps: readonly {
    readonly visitors: number | null;
    readonly conversion_rate: number | null;
    readonly step_conversion_rate: number | null;
    readonly drop_off: number | null;
    readonly drop_off_rate: number | null;
  }[];
  readonly meta: Meta;
  readonly query: { readonly steps: readonly Step[]; readonly within: 'visit' | { readonly days: number } };
}

/** Pages next to the requested one first; null is the end of the visit, or its start. */
export interface Path {
  readonly pages: readonly (string | null)[];
  readonly visits: number;
}

export interface JourneysAnswer {
  readonly visits: number | null;
  readonly before?: readonly Path[] | null;
  readonly after?: readonly Path[] | null;
  readonly meta: Meta;
}

export interface RetentionAnswer {
  readonly cohorts: readonly {
    readonly time: string;
    readonly visitors: number | null;
    readonly returned: readonly (number | null)[];
  }[];
  readonly meta: Meta;
}
