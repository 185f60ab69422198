/** Where an archive lies: a folder, or a bucket of an S3-compatible service. */
export interface ArchiveStorage {
  /** For people; without secrets. */
  readonly name: string;
  /** Paths of all files of the archive, in the same array as before if nothing has changed. */
  list(): Promise<readonly string[]>;
  /** Texts of manifests, by the names of their parts; of those that are there. */
  manifests(parts: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Writes a manifest, wholly and durably or not at all. */
  putManifest(part: string, text: string): Promise<void>;
  /** SQL: a table of the rows of these parts. */
  table(parts: readonly string[]): string;
  /** Begins the Parquet file of a part. */
  stage(part: string): Promise<StagedFile>;
  /** Takes secrets out of a message. */
  clean(message: string): string;
}

/** A Parquet file that is no part of the archive yet. */
export interface StagedFile {
  /** SQL: the table to write it with and to read it back. */
  readonly table: string;
  /** Makes it durable, under its name. */
  commit(): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** Removes what can be removed of it. */
  discard(): Promise<void>;
}

/** How to reach buckets. Without keys, ClickHouse looks for those of the machine. */
export interface BucketAccess {
  /** `https://s3.example.com`; default: that of AWS in the region. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
}
