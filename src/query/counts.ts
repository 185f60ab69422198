export interface Count {
  readonly hits: number;
  /** Different visitors, exact or estimated. */
  readonly visitors: number;
}

/** A value of a dimension. */
export type Value = { readonly value: string } & Count;
/** A point of a series; `time` is the start of its interval in milliseconds since 1970. */
export type Point = { readonly time: number } & Count;
