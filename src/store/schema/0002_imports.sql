-- Pieces of access logs that are in `hits`. Each piece is known by the digest of its content and of the piece before
-- it, so that a log is recognised by what it says, whatever its name, compressed or not, and a longer one continues.
CREATE TABLE IF NOT EXISTS imports
(
    parent String,
    digest String,
    bytes UInt64,
    lines UInt64,
    failed UInt64,
    site String,
    file String,
    imported_at DateTime('UTC') DEFAULT now()
)
ENGINE = ReplacingMergeTree
ORDER BY (parent, digest)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;
