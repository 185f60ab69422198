import { hex64, type KeyedHash } from './hash.ts';

/**
 * Fingerprints of the secrets by which visitors are named, by what each secret is for. Who has the same secret gives a
 * visitor the same hash, and only such hashes can be counted together; from a fingerprint nobody finds the secret.
 *
 * @example
 * { key: 'c3a29f1be4d81f60', logs: '09be1f4f9a7cd2e5', '2026-11-24': '7d41c0aa5b1e9f33' }
 */
export type KeyFingerprints = Readonly<Record<string, string>>;

/** No visitor is hashed from this text: all of theirs have a line feed or a space in them. */
const TEXT = 'fingerprint';

/** SipHash of a fixed text under the secret, as 16 hexadecimal digits. */
export function fingerprintOf(hash: KeyedHash): string {
  const { high, low } = hash.digest(TEXT);
  return hex64(high, low);
}

/** What two name by different secrets, of what both name. */
export function keyMismatches(ours: KeyFingerprints, theirs: KeyFingerprints): string[] {
  return Object.keys(ours).filter((name) => Object.hasOwn(theirs, name) && theirs[name] !== ours[name]);
}
