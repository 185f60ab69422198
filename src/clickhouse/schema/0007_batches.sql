-- The ledger: which batches the store has, and the state of each. A batch is entered only after all of its hits are in `hits`
-- and were read back. store/ledger.ts says what relies on it.
CREATE TABLE IF NOT EXISTS {{local:batches}} {{on_cluster}}
(
    -- Bits 0 to 21 are the writer (a run of a program, or a Kafka partition); the rest is milliseconds since 1970.
    id UInt64 CODEC(Delta, ZSTD),
    -- 'live', 'import' or 'stream'. 'floor' and 'legacy' stand for all batches of their writer up to `id`: compacted ones, and
    -- ones from a version without this table.
    kind LowCardinality(String) CODEC(ZSTD),
    state Enum8('delivered' = 1, 'rolled_up' = 2, 'archived' = 3, 'purged' = 4) CODEC(ZSTD),
    -- Number of rows, including bots, and the times of the first and the last one.
    hits UInt64 CODEC(T64, ZSTD),
    first DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    last DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    -- If a batch has several rows, the one with the highest revision counts.
    revision UInt32 CODEC(T64, ZSTD)
)
ENGINE = {{engine:ReplacingMergeTree, revision}}
ORDER BY id
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS batches {{on_cluster}} AS {{local:batches}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:batches}}, 0);
{{/cluster}}

-- The batch that brought the hits of a log chunk; 0 if from a version without the ledger.
ALTER TABLE {{local:imports}} {{on_cluster}} ADD COLUMN IF NOT EXISTS batch UInt64 CODEC(ZSTD);
{{#cluster}}
ALTER TABLE imports {{on_cluster}} ADD COLUMN IF NOT EXISTS batch UInt64 CODEC(ZSTD);
{{/cluster}}
