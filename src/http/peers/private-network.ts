/**
 * Keeps secrets for other nodes in private networks unless they are encrypted. An address can be checked when settings are read; a
 * name only when it is looked up, as it may have other addresses then.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { TrustedProxies } from '../../hit/address.ts';

const NEAR = new TrustedProxies('private');

/** The host of a plain `http:` URL if it is a public address; undefined for names, whose addresses are not known yet. */
export function publicAddressOf({ protocol, hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return protocol === 'http:' && isIP(host) !== 0 && !NEAR.trusts(host) ? host : undefined;
}

/**
 * Looks up a name, and refuses addresses outside private networks, where others could listen.
 *
 * @param refusal the error for such an address
 */
export function lookupNear(refusal: (address: string) => Error): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const [first] = found ?? [];
      if (error || !first) return done(error ?? new Error(`${host} has no address`), '');
      const far = found.find(({ address }) => !NEAR.trusts(address));
      if (far) return done(refusal(far.address), '');
      if (options.all) return done(null, found);
      return done(null, first.address, first.family);
    });
  };
}
