-- How far readers of a Kafka topic are, in each partition (stream/batch-reassembler.ts). It is written after the hits that it covers,
-- so that a reader that died begins where it must, and what it brings again is known by its batches.
CREATE TABLE IF NOT EXISTS stream_positions
(
    -- The topic's id, which is another when it is deleted and made again.
    topic String,
    partition UInt32,
    -- The record with which reading begins, and the one after the last that was read.
    offset UInt64,
    end UInt64,
    -- Number of the last batch, in milliseconds since 1970.
    last UInt64,
    -- JSON: of each run of a node its number, its last batch and the time of it.
    runs String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(end)
ORDER BY (topic, partition)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;
