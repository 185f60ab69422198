-- How far readers of a Kafka topic are, in each partition (stream/batch-reassembler.ts). It is written after the hits that it covers,
-- so that a reader that died begins where it must, and what it brings again is known by its batches.
CREATE TABLE IF NOT EXISTS {{local:stream_positions}} {{on_cluster}}
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
ENGINE = {{engine:ReplacingMergeTree, end}}
ORDER BY (topic, partition)
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS stream_positions {{on_cluster}} AS {{local:stream_positions}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:stream_positions}}, 0);
{{/cluster}}
