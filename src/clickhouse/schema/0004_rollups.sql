-- Counts of periods, for questions over months: how many hits, and a bitmap from which visitors are estimated, by site and
-- quarter of an hour, day and month, and by site, day and value of each dimension. Days and months are UTC's. What a batch adds is
-- written some minutes after its hits, many batches together, as one part, which is there as a whole or not at all: hence
-- no partitions. In the same part are the marks, which say of each run of a program up to which batch its hits are in here.
CREATE TABLE IF NOT EXISTS {{local:rollups}} {{on_cluster}}
(
    -- '@': a mark, of the run in `value`. 'quarter', 'day', 'month': all hits of people. Else a dimension; of 'bot', hits of bots.
    by LowCardinality(String),
    site LowCardinality(String),
    month Date CODEC(ZSTD),
    value String CODEC(ZSTD),
    -- Of a dimension: the value's cityHash64, by which a ranking groups a million rows in half the time.
    key SimpleAggregateFunction(any, UInt64) CODEC(ZSTD),
    slot DateTime('UTC') CODEC(Delta, ZSTD),
    hits SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD),
    -- The cells of a table of 16 ranks by 4,096 columns that visitors hash to: see query/visitors.ts.
    visitors AggregateFunction(groupBitmap, UInt16) CODEC(ZSTD),
    -- Of quarters, days and months, and of bots: the first and the last hit, in milliseconds since 1970.
    first SimpleAggregateFunction(min, UInt64) CODEC(T64, ZSTD),
    last SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD),
    mark SimpleAggregateFunction(max, UInt64) CODEC(ZSTD)
)
ENGINE = {{engine:AggregatingMergeTree}}
ORDER BY (by, site, month, value, slot)
-- Of what is read at once: a year's months were 40 rows among 8,192, with megabytes of bitmaps, and took ten times as long.
SETTINGS index_granularity_bytes = 262144{{#disk_settings}},
    old_parts_lifetime = 1,
    {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS rollups {{on_cluster}} AS {{local:rollups}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:rollups}}, 0);
{{/cluster}}

-- Measured on 2.9 million hits: 16.9 bytes a hit became 13.8. A table that is there already changes as its parts are merged.
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

-- What was merged or deleted leaves the disk in seconds, and not in eight minutes: these are for parts that are not synced.
{{#disk_settings}}
ALTER TABLE {{local:hits}} {{on_cluster}} MODIFY SETTING old_parts_lifetime = 1;
{{/disk_settings}}
