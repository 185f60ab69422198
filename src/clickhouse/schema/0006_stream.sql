-- The position of consumers in each partition of a Kafka topic (stream/batch-reassembler.ts). It is written after the hits it
-- covers, so a restarted consumer continues from there, and its duplicates are recognized by their batches.
CREATE TABLE IF NOT EXISTS {{local:stream_positions}} {{on_cluster}}
(
    -- The topic's id, which changes if the topic is deleted and created again.
    topic String,
    partition UInt32,
    -- The offset at which reading resumes, and the one after the last record that was read.
    offset UInt64,
    end UInt64,
    -- Number of the last batch, in milliseconds since 1970.
    last UInt64,
    -- JSON: for each writer, its number, its last batch and the time of that batch.
    runs String CODEC(ZSTD)
)
ENGINE = {{engine:ReplacingMergeTree, end}}
ORDER BY (topic, partition)
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS stream_positions {{on_cluster}} AS {{local:stream_positions}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:stream_positions}}, 0);
{{/cluster}}
