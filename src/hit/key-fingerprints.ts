import { hex64, type KeyedHash } from './hash.ts';

/**
 * Fingerprints of the secrets that visitors are hashed with, by the purpose of each secret. Nodes with the same secret
 * give a visitor the same hash, and only such hashes can be counted together. A fingerprint does not reveal its secret.
 *
 * @example
 * { key: 'c3a29f1be4d81f60', logs: '09be1f4f9a7cd2e5', '2026-11-24': '7d41c0aa5b1e9f33' }
 */
export type KeyFingerprints = Readonly<Record<string, string>>;

/** No visitor is hashed from this text: visitor texts always contain a line feed or a space. */
const TEXT = 'fingerprint';

/** SipHash of a fixed text under the secret, as 16 hexadecimal digits. */
export function fingerprintOf(hash: KeyedHash): string {
  const { high, low } = hash.digest(TEXT);
  return hex64(high, low);
}

/** Purposes that both sides have, but with different secrets. */
export function keyMismatches(own: KeyFingerprints, theirs: KeyFingerprints): string[] {
  return Object.keys(own).filter((name) => Object.hasOwn(theirs, name) && theirs[name] !== own[name]);
}
