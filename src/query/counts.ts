export interface Count {
  readonly hits: number;
  /** Different visitors, exact or estimated. */
  readonly visitors: number;
}

/** A value of a dimension. */
export type Value = { readonly value: string } & Count;
/** An interval, by the milliseconds since 1970 at which it begins. */
export type Point = { readonly time: number } & Count;
