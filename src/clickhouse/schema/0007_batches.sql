-- The ledger: which batches the store has, and what was done with each. A batch is in here when all of its hits are in `hits`
-- and were read back, and not before. store/ledger.ts says what relies on it.
CREATE TABLE IF NOT EXISTS {{local:batches}} {{on_cluster}}
(
    -- Bits 0 to 21 are the writer, a run of a program or a Kafka partition; the rest is milliseconds since 1970.
    id UInt64 CODEC(Delta, ZSTD),
    -- 'live', 'import' or 'stream'. 'floor' and 'legacy' stand for all batches of their writer up to `id`: those that were
    -- compacted, and those that a version without this table brought.
    kind LowCardinality(String) CODEC(ZSTD),
    state Enum8('delivered' = 1, 'rolled_up' = 2, 'archived' = 3, 'purged' = 4) CODEC(ZSTD),
    -- Rows that it brought, bots included, and the times of the first and the last one.
    hits UInt64 CODEC(T64, ZSTD),
    first DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    last DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    -- Of several rows of a batch, that with the highest revision counts.
    revision UInt32 CODEC(T64, ZSTD)
)
ENGINE = {{engine:ReplacingMergeTree, revision}}
ORDER BY id
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS batches {{on_cluster}} AS {{local:batches}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:batches}}, 0);
{{/cluster}}

-- The batch that brought the hits of a piece of a log; 0 where a version without the ledger did.
ALTER TABLE {{local:imports}} {{on_cluster}} ADD COLUMN IF NOT EXISTS batch UInt64 CODEC(ZSTD);
{{#cluster}}
ALTER TABLE imports {{on_cluster}} ADD COLUMN IF NOT EXISTS batch UInt64 CODEC(ZSTD);
{{/cluster}}
