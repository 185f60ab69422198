/** The library's face: the trackers and what they are made of. Each entry of `library/` has a part of it, and loads no more. */

export * from './library/db.ts';
export * from './library/rate.ts';
export * from './library/simple.ts';
export * from './library/sketch.ts';
