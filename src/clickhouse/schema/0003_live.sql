-- Live state is rebuilt from these tables, even if the hits themselves are purged. Both are filled from `hits`, batch by
-- batch, by `insert_last_seen.sql` and `insert_hit_counts.sql`. Materialized views would see only the rows that a statement
-- inserts, and miss the rest forever if the process died between a view's part and that of the hits.
-- Each batch is one part, which exists as a whole or not at all, so there are no partitions.

-- The last-seen table of each site (sketch/last-seen.ts): the last tick of each cell. The larger tick wins, so a
-- batch may be counted more than once.
CREATE TABLE IF NOT EXISTS {{local:last_seen}} {{on_cluster}}
(
    site LowCardinality(String),
    rank UInt8,
    column UInt16,
    -- Tenths of a second since 2025; 1 for any earlier time.
    seen SimpleAggregateFunction(max, UInt32) CODEC(ZSTD)
)
ENGINE = {{engine:AggregatingMergeTree}}
ORDER BY (site, rank, column)
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS last_seen {{on_cluster}} AS {{local:last_seen}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:last_seen}}, cityHash64(site));
{{/cluster}}

-- Hits of people over time, at the resolution that the rings of live state (sketch/ring.ts) need on arrival: by second if
-- recent, by minute if of yesterday, else by hour. Each row names its batch, so a batch that is delivered again is
-- recognized. Rows that are two days old, and were counted two days ago, are combined into one row per hour and writer:
-- bits 0 to 21 of a batch are its writer, the rest its start in milliseconds (spool/segment.ts). Writers stay separate, so
-- hits counted before a program's start can be distinguished from those that it counted itself.
CREATE TABLE IF NOT EXISTS {{local:hit_counts}} {{on_cluster}}
(
    site LowCardinality(String),
    time DateTime('UTC') CODEC(Delta, ZSTD),
    batch UInt64 CODEC(Delta, ZSTD),
    hits UInt64 CODEC(T64, ZSTD),
    INDEX batch batch TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:MergeTree}}
ORDER BY (site, toStartOfHour(time), bitAnd(batch, 4194303), time, batch)
TTL greatest(time, toDateTime(intDiv(bitShiftRight(batch, 22), 1000), 'UTC')) + INTERVAL 2 DAY
    GROUP BY site, toStartOfHour(time), bitAnd(batch, 4194303)
    SET time = min(time), batch = max(batch), hits = sum(hits)
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS hit_counts {{on_cluster}} AS {{local:hit_counts}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:hit_counts}}, cityHash64(batch));
{{/cluster}}

-- Hits in a database of an older version.
INSERT INTO last_seen (site, rank, column, seen)
SETTINGS max_bytes_before_external_group_by = 1000000000
SELECT site, rank, column, max(tick)
FROM
(
    SELECT site,
        bitOr(bitShiftRight(visitor, 12), 8388608) AS zeros,
        bitCount(bitXor(zeros, zeros - 1)) - 1 AS rank,
        bitAnd(visitor, 4095) AS column,
        greatest(1, intDiv(toUnixTimestamp64Milli(time) - 1735689600000, 100)) AS tick
    FROM hits
    WHERE bot = ''
)
GROUP BY site, rank, column;

-- The next statement may have been interrupted by a crash.
TRUNCATE TABLE {{local:hit_counts}} {{on_cluster}};

-- Batches that a spool may still hold, those of the week before the newest, keep their ids.
INSERT INTO hit_counts (site, time, batch, hits)
SETTINGS max_bytes_before_external_group_by = 1000000000
SELECT site, slot, known, count()
FROM
(
    SELECT site,
        toDateTime(multiIf(
            time >= now() - INTERVAL 2 HOUR, toDateTime(time, 'UTC'),
            time >= now() - INTERVAL 2 DAY, toStartOfMinute(toDateTime(time, 'UTC')),
            toStartOfHour(toDateTime(time, 'UTC'))), 'UTC') AS slot,
        if(batch + bitShiftLeft(toUInt64(604800000), 22) < (SELECT max(batch) FROM hits), 0, batch) AS known
    FROM hits
    WHERE bot = ''
)
GROUP BY site, slot, known;
