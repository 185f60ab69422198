-- What live state is rebuilt from, also where the hits themselves were purged. Both tables are fed from `hits`, batch by
-- batch, by `insert_last_seen.sql` and `insert_hit_counts.sql`; not by materialized views, which would see those rows
-- only that a statement inserts, and so miss the rest for ever if the process died between a view's part and the hits'.
-- Each batch is one part of them, which is there as a whole or not at all: hence no partitions.

-- The last-seen table of each site (sketch/last-seen.ts): the last tick of each cell. The larger tick wins, so that a
-- batch may be counted any number of times.
CREATE TABLE IF NOT EXISTS {{local:last_seen}} {{on_cluster}}
(
    site LowCardinality(String),
    rank UInt8,
    column UInt16,
    -- Tenths of a second since 2025; 1 is all that was before.
    seen SimpleAggregateFunction(max, UInt32) CODEC(ZSTD)
)
ENGINE = {{engine:AggregatingMergeTree}}
ORDER BY (site, rank, column)
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS last_seen {{on_cluster}} AS {{local:last_seen}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:last_seen}}, cityHash64(site));
{{/cluster}}

-- Hits of people over time, as fine as the rings of live state (sketch/ring.ts) need them when they come: by second if
-- they are new, by minute if they are of yesterday, else by hour. Each row says of which batch it is, so that a batch
-- that comes again is known. What is two days old, and was counted two days ago, becomes one row an hour and run of a
-- program: bits 0 to 21 of a batch are its run, the rest is when it began, in milliseconds (spool/segment.ts). Runs stay
-- apart, so that what was counted before a program's start can be told from what it counted itself.
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

-- The hits that a database of an older version has.
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

-- A crash may have come in the midst of the next statement.
TRUNCATE TABLE {{local:hit_counts}} {{on_cluster}};

-- Of batches that a spool may still hold, that is of the last week before the newest, each keeps its name.
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
