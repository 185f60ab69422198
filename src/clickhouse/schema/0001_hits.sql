-- Hits as they came. One row a hit, in order of site and time, a part a month.
-- Each says which batch brought it, so that a batch that comes again, over a crash, is known by its rows. The engine's
-- own memory of insertions (non_replicated_deduplication_window) is not used: it is written before the rows are in
-- their place, so that a process killed between the two would take a batch that was lost for one that is there.
-- What was inserted is on disk before the spool lets go of it (fsync), also after parts were merged.
CREATE TABLE IF NOT EXISTS {{local:hits}} {{on_cluster}}
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
    props String CODEC(ZSTD),
    batch UInt64 CODEC(Delta, ZSTD),
    INDEX batch batch TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(time)
ORDER BY (site, time)
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS hits {{on_cluster}} AS {{local:hits}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:hits}}, cityHash64(batch));
{{/cluster}}
