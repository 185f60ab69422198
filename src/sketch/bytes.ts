/**
 * Bytes with a buffer of their own, which files, responses and messages take. The result of a method names this type for every
 * TypeScript: `Uint8Array<ArrayBuffer>` exists from 5.7 on only.
 */
export type Bytes = ReturnType<Uint8Array['slice']>;
