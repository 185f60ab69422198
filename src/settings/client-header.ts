import { bad } from './setting.ts';

/** Headers of services in front of a site, by their names. */
const PRESETS: Readonly<Record<string, string>> = {
  cloudflare: 'cf-connecting-ip',
  fastly: 'fastly-client-ip',
};

/** The header in which trusted proxies pass the client, in lower case: that of a service, or any name. */
export function readClientHeader(text: string, flag: string): string {
  const name = text.toLowerCase();
  if (/^[a-z0-9-]{1,100}$/.test(name)) return PRESETS[name] ?? name;
  throw bad(flag, text, 'cloudflare, fastly, forwarded, or the name of a header such as X-Real-IP');
}
