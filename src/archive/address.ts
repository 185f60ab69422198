import { resolve } from 'node:path';
import { HitError } from '../errors.ts';
import { siteName } from '../hit/site-name.ts';
import type { BUCKET_SETTINGS } from '../settings/archive.ts';
import type { Values } from '../settings/setting.ts';
import type { ArchiveAddress } from './storage.ts';

/**
 * The location of an archive, from the settings of a command.
 *
 * @throws HitError `bad_usage` if there is none
 */
export function archiveLocation(
  where: string | undefined,
  flag: string,
  values: Values<typeof BUCKET_SETTINGS>,
): ArchiveAddress {
  if (where === undefined)
    throw new HitError('bad_usage', `${flag} is missing: name a folder or s3://bucket/prefix`);
  return {
    // A server on the same data folder may have another working directory.
    location: where.startsWith('s3://') ? where : resolve(where),
    endpoint: values['s3-endpoint'],
    region: values['s3-region'],
    accessKey: values['s3-access-key'],
    secretKey: values['s3-secret-key'],
  };
}

/** The selected site; '' for all. @throws HitError `bad_setting` */
export function archivedSite(site: string | undefined): string {
  const name = site === undefined ? '' : siteName(site);
  if (site !== undefined && name === '')
    throw new HitError('bad_setting', `--site: "${site}" is not a host name`);
  return name;
}
