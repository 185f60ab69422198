-- Hits as they came. One row a hit, in order of site and time, a part a month.
-- A batch that was inserted before, over a crash, is known by its token and ignored (deduplication window), and what
-- was inserted is on disk before the spool lets go of it (fsync), also after parts were merged.
CREATE TABLE IF NOT EXISTS hits
(
    site LowCardinality(String),
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    visitor UInt64,
    bot LowCardinality(String),
    path String CODEC(ZSTD),
    name LowCardinality(String),
    source LowCardinality(String),
    referrer String CODEC(ZSTD),
    utm_source LowCardinality(String),
    utm_medium LowCardinality(String),
    utm_campaign LowCardinality(String),
    country LowCardinality(String),
    browser LowCardinality(String),
    os LowCardinality(String),
    device LowCardinality(String),
    language LowCardinality(String),
    status UInt16,
    method LowCardinality(String),
    title String CODEC(ZSTD),
    props String CODEC(ZSTD)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (site, time)
SETTINGS
    non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;
