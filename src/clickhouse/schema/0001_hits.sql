-- Raw hits: one row per hit, ordered by site and time, partitioned by month.
-- Each row names the batch that brought it, so a batch that is delivered again after a crash is recognized by its rows. The
-- engine's own deduplication (non_replicated_deduplication_window) is not used: its record is written before the rows are in
-- place, so if the process is killed in between, a lost batch would count as a duplicate.
-- Inserts and merges are synced (fsync): inserted rows are on disk before the spool removes them.
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
