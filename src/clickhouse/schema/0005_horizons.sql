-- Up to which moment the hits or the rollups of a site were purged. Written before anything is deleted, so that no
-- question takes what is missing for what never was.
CREATE TABLE IF NOT EXISTS horizons
(
    site String,
    -- 'hits' or 'rollups'.
    kind LowCardinality(String),
    -- All before it may be gone: the start of a UTC day.
    before SimpleAggregateFunction(max, DateTime('UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (site, kind)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;
