/** Where an archive is stored: a folder, or a bucket of an S3-compatible service. */
export interface ArchiveStorage {
  /** For people; without secrets. */
  readonly name: string;
  /** Paths of all files of the archive, in the same array as before if nothing changed. */
  list(): Promise<readonly string[]>;
  /** Texts of the existing manifests, by the names of their parts. */
  manifests(parts: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Writes a manifest, wholly and durably or not at all. */
  putManifest(part: string, text: string): Promise<void>;
  /** SQL: a table of the rows of these parts. */
  table(parts: readonly string[]): string;
  /** Begins the Parquet file of a part. */
  stage(part: string): Promise<StagedFile>;
  /** Removes secrets from a message. */
  clean(message: string): string;
}

/** A Parquet file that does not belong to the archive yet. */
export interface StagedFile {
  /** SQL: the table to write it with and to read it back. */
  readonly table: string;
  /** Makes it durable, under its name. */
  commit(): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** Removes as much of it as possible. */
  discard(): Promise<void>;
}

/** How to reach buckets. Without keys, ClickHouse uses those of the machine. */
export interface BucketAccess {
  /** `https://s3.example.com`; default: AWS in the region. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
}

/** Where an archive is, and how to reach it. */
export interface ArchiveAddress extends BucketAccess {
  /** A folder, absolute, or `s3://bucket/prefix`. */
  readonly location: string;
}
