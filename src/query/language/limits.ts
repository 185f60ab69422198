/** Limits of a query, so that its cost is bounded before it runs. */
export const LIMITS = {
  metrics: 20,
  dimensions: 3,
  sites: 100,
  /** Conditions of all filters together. */
  leaves: 100,
  /** Filters within filters. */
  depth: 10,
  /** Values of a condition. */
  values: 1000,
  /** Values of all conditions that search in texts, and goals that conditions are tested for: each is a part of the statement. */
  searches: 300,
  /** Characters of a value, and of the name of a property or a goal. */
  characters: 1000,
  /** Rows of an answer. */
  rows: 10_000,
  /** Goals that a query is about. */
  goals: 100,
  /** Numbers of a condition lie between this and its negative: the store keeps money with 8 digits after the point. */
  number: 1e15,
} as const;
export const USUAL_ROWS = 100;
