import { bad, readList } from './setting.ts';

/** An address at which syslog messages arrive. */
export interface SyslogAddress {
  readonly protocol: 'udp' | 'tcp';
  /** Address or name of a network interface. */
  readonly host: string;
  readonly port: number;
}

/** `udp://[::1]:5514` */
export function syslogAddressText({ protocol, host, port }: SyslogAddress): string {
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const EXAMPLE = 'udp://127.0.0.1:5514';

/**
 * @param text `udp://127.0.0.1:5514,tcp://[::1]:5514`
 * @throws HitError `bad_setting`
 */
export function readSyslogAddresses(text: string, flag: string): readonly SyslogAddress[] {
  return readList(text, flag, `${EXAMPLE},tcp://127.0.0.1:5514`).map((item) => {
    const [, protocol, bracketed, name, port] =
      /^(udp|tcp):\/\/(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(item) ?? [];
    const host = bracketed ?? name;
    if (protocol === undefined || host === undefined || Number(port) > 65_535)
      throw bad(flag, item, `an address such as ${EXAMPLE} or tcp://[::1]:5514`);
    return { protocol: protocol.toLowerCase() as SyslogAddress['protocol'], host, port: Number(port) };
  });
}
