-- What a hit has since visits are rows of their own.
ALTER TABLE {{local:hits}} {{on_cluster}}
    -- The order of a visitor's hits with equal times: the row number in the original batch, from 1, even if only missing rows of
    -- the batch were inserted. Hits that an earlier version stored get a
    -- number from their content, which is the same however often it is read.
    ADD COLUMN IF NOT EXISTS position UInt32 DEFAULT 1 + cityHash64(path, name) % 4194303 CODEC(Delta, ZSTD),
    ADD COLUMN IF NOT EXISTS hostname LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS utm_term LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS utm_content LowCardinality(String) CODEC(ZSTD),
    -- The kind of a click id, such as gclid; never the id.
    ADD COLUMN IF NOT EXISTS click_id LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS region LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS city LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS browser_version LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS os_version LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS screen LowCardinality(String) CODEC(ZSTD),
    -- What an event is worth, if it has a currency: ISO 4217.
    ADD COLUMN IF NOT EXISTS value Decimal(38, 8) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS currency LowCardinality(String) CODEC(ZSTD),
    -- 0: an event that happens without the visitor, which does not count against a bounce.
    ADD COLUMN IF NOT EXISTS interactive UInt8 DEFAULT 1 CODEC(ZSTD),
    -- Of engagement signals: milliseconds since the last signal, and the share of the page seen so far in per cent, or -1.
    ADD COLUMN IF NOT EXISTS engaged UInt32 CODEC(T64, ZSTD),
    ADD COLUMN IF NOT EXISTS scroll Int8 DEFAULT -1 CODEC(ZSTD);
{{#cluster}}
ALTER TABLE hits {{on_cluster}}
    ADD COLUMN IF NOT EXISTS position UInt32 DEFAULT 1 + cityHash64(path, name) % 4194303 CODEC(Delta, ZSTD),
    ADD COLUMN IF NOT EXISTS hostname LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS utm_term LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS utm_content LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS click_id LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS region LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS city LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS browser_version LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS os_version LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS screen LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS value Decimal(38, 8) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS currency LowCardinality(String) CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS interactive UInt8 DEFAULT 1 CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS engaged UInt32 CODEC(T64, ZSTD),
    ADD COLUMN IF NOT EXISTS scroll Int8 DEFAULT -1 CODEC(ZSTD);
{{/cluster}}

-- Visits: the hits of one visitor on one site without a silence of 30 minutes between two. Hits of bots form visits of their own.
-- A hit that arrives later may extend a visit, or join two: its rows are replaced, all in one part with the watermarks of
-- the step that did so, hence no partitions. queries/visits_step.sql makes these rows.
CREATE TABLE IF NOT EXISTS {{local:visits}} {{on_cluster}}
(
    -- '': a watermark. `visitor` is the writer, and `version` the last batch whose hits are in here.
    site LowCardinality(String) CODEC(ZSTD),
    start DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    visitor UInt64 CODEC(ZSTD(3)),
    -- Milliseconds to its last hit or engagement signal.
    duration UInt64 CODEC(T64, ZSTD),
    -- Engagement signals before the start: (milliseconds since 1970) * 256 + scroll + 1. They join the visit to an earlier one,
    -- if its hits come later, but do not begin it. If no hit came at all, `hits` is 0, and this is no visit yet.
    leads Array(UInt64) CODEC(ZSTD),
    -- The batch of its first hit, and the batch of its last page view (0 without one) with the milliseconds from then to the
    -- last hit: they decide between hits at one time.
    batch UInt64 CODEC(Delta, ZSTD),
    exit_batch UInt64 CODEC(Delta, ZSTD),
    exit_lag UInt64 CODEC(T64, ZSTD),
    bot LowCardinality(String) CODEC(ZSTD),
    -- Of the first hit; `exit_page` of the last page view.
    entry_page LowCardinality(String) CODEC(ZSTD),
    exit_page LowCardinality(String) CODEC(ZSTD),
    source LowCardinality(String) CODEC(ZSTD),
    referrer LowCardinality(String) CODEC(ZSTD),
    utm_source LowCardinality(String) CODEC(ZSTD),
    utm_medium LowCardinality(String) CODEC(ZSTD),
    utm_campaign LowCardinality(String) CODEC(ZSTD),
    country LowCardinality(String) CODEC(ZSTD),
    browser LowCardinality(String) CODEC(ZSTD),
    os LowCardinality(String) CODEC(ZSTD),
    device LowCardinality(String) CODEC(ZSTD),
    language LowCardinality(String) CODEC(ZSTD),
    utm_term LowCardinality(String) CODEC(ZSTD),
    utm_content LowCardinality(String) CODEC(ZSTD),
    click_id LowCardinality(String) CODEC(ZSTD),
    region LowCardinality(String) CODEC(ZSTD),
    city LowCardinality(String) CODEC(ZSTD),
    browser_version LowCardinality(String) CODEC(ZSTD),
    os_version LowCardinality(String) CODEC(ZSTD),
    screen LowCardinality(String) CODEC(ZSTD),
    pageviews UInt32 CODEC(T64, ZSTD),
    events UInt32 CODEC(T64, ZSTD),
    -- Events that count against a bounce.
    interactive_events UInt32 CODEC(T64, ZSTD),
    -- Page views and events.
    hits UInt32 CODEC(T64, ZSTD),
    -- The largest of its signals, or -1.
    scroll Int8 CODEC(ZSTD),
    -- Of several rows of a start, that with the highest version counts.
    version UInt64 CODEC(T64, ZSTD),
    -- 1: no visit starts here any more, as an earlier hit joined it.
    deleted UInt8 CODEC(ZSTD),
    finish DateTime64(3, 'UTC') ALIAS addMilliseconds(start, duration),
    INDEX finish addMilliseconds(start, duration) TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree, version, deleted}}
ORDER BY (site, start, visitor, bot = '')
{{#disk_settings}}SETTINGS
    old_parts_lifetime = 30,
    min_free_disk_bytes_to_perform_insert = 16777216,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000,
    {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS visits {{on_cluster}} AS {{local:visits}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:visits}}, 0);
{{/cluster}}
