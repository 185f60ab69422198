import { BucketStorage } from './bucket-storage.ts';
import type { Engine } from './engine.ts';
import { FolderStorage } from './folder-storage.ts';
import type { ArchiveStorage, BucketAccess } from './storage.ts';

/**
 * Opens the storage at a location.
 *
 * @param location a folder, absolute, or `s3://bucket/prefix`
 * @throws HitError `bad_setting`
 */
export function openStorage(
  location: string,
  access: BucketAccess,
  engine: Pick<Engine, 'ask' | 'embedded'> & Partial<Engine>,
): ArchiveStorage {
  return location.startsWith('s3://')
    ? new BucketStorage(location, access, engine)
    : new FolderStorage(location, engine.embedded);
}
