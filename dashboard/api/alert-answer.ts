/** An alert, as the server answers it: the members that the page reads. */
export interface Alert {
  readonly id: string;
  readonly metric: 'hits' | 'visitors';
  /** Of its window. */
  readonly seconds: number;
  /** Null for all sites. */
  readonly site: string | null;
  readonly bound: '>' | '<';
  readonly threshold: number;
  /** Whether it is given by `--alert`. */
  readonly fixed: boolean;
  /** Null before the first check. */
  readonly count: number | null;
  /** Null if it is not active. */
  readonly fired_at: string | null;
}

export interface AlertsAnswer {
  readonly alerts: readonly Alert[];
  /** Whether they are sent to a webhook. */
  readonly webhook: boolean;
}

export const ALERTS_PATH = '/api/v1/alerts';
