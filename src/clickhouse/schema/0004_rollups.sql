-- Counts for queries over months: hits, and a bitmap for estimating visitors, by site and quarter of an hour, day and month,
-- and by site, day and value of each dimension. Days and months are in UTC. Some minutes after their hits, many batches are
-- rolled up together into one part, which exists as a whole or not at all, so there are no partitions.
-- The same part has the watermarks: for each writer, the batch up to which its hits are included.
CREATE TABLE IF NOT EXISTS {{local:rollups}} {{on_cluster}}
(
    -- '@': a watermark, of the writer in `value`. 'quarter', 'day', 'month': all hits of people. Else a dimension; 'bot': bots.
    by LowCardinality(String),
    site LowCardinality(String),
    month Date CODEC(ZSTD),
    value String CODEC(ZSTD),
    -- For dimensions: the value's cityHash64, which halves the time a ranking takes to group a million rows.
    key SimpleAggregateFunction(any, UInt64) CODEC(ZSTD),
    slot DateTime('UTC') CODEC(Delta, ZSTD),
    hits SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD),
    -- The cells that visitors hash to, in a table of 16 ranks by 4,096 columns: see query/visitors.ts.
    visitors AggregateFunction(groupBitmap, UInt16) CODEC(ZSTD),
    -- For quarters, days, months and bots: the first and the last hit, in milliseconds since 1970.
    first SimpleAggregateFunction(min, UInt64) CODEC(T64, ZSTD),
    last SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD),
    mark SimpleAggregateFunction(max, UInt64) CODEC(ZSTD)
)
ENGINE = {{engine:AggregatingMergeTree}}
ORDER BY (by, site, month, value, slot)
-- Small granules: with the default 8,192 rows, reading 40 rows of a year's months also read megabytes of bitmaps, and took
-- ten times as long.
SETTINGS index_granularity_bytes = 262144{{#disk_settings}},
    old_parts_lifetime = 1,
    {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS rollups {{on_cluster}} AS {{local:rollups}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:rollups}}, 0);
{{/cluster}}

-- Measured on 2.9 million hits: 13.8 bytes per hit instead of 16.9. An existing table changes as its parts are merged.
ALTER TABLE {{local:hits}} {{on_cluster}}
    MODIFY COLUMN site LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN visitor UInt64 CODEC(ZSTD(3)),
    MODIFY COLUMN bot LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN name LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN source LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN utm_source LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN utm_medium LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN utm_campaign LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN country LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN browser LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN os LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN device LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN language LowCardinality(String) CODEC(ZSTD),
    MODIFY COLUMN status UInt16 CODEC(T64, ZSTD),
    MODIFY COLUMN method LowCardinality(String) CODEC(ZSTD);

-- Merged or deleted parts leave the disk in seconds, not in eight minutes, which only parts without fsync need.
{{#disk_settings}}
ALTER TABLE {{local:hits}} {{on_cluster}} MODIFY SETTING old_parts_lifetime = 1;
{{/disk_settings}}
