import { BucketPlace } from './bucket-place.ts';
import type { Engine } from './engine.ts';
import { FolderPlace } from './folder-place.ts';
import type { ArchivePlace, BucketAccess } from './place.ts';

/**
 * The place that a location names.
 *
 * @param location a folder, absolute, or `s3://bucket/prefix`
 * @throws HitError `bad_setting`
 */
export function placeOf(
  location: string,
  access: BucketAccess,
  engine: Pick<Engine, 'ask' | 'embedded'> & Partial<Engine>,
): ArchivePlace {
  return location.startsWith('s3://')
    ? new BucketPlace(location, access, engine)
    : new FolderPlace(location, engine.embedded);
}
