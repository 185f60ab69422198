-- Visitor salts that nodes sharing this server propose for a UTC day (store/salts.ts); empty in a data folder. Each day is
-- a partition, which is dropped as a whole, and its files are removed a minute later: nothing may identify the visitors of a
-- day once 48 hours have passed since its start.
CREATE TABLE IF NOT EXISTS {{local:salts}} {{on_cluster}}
(
    day Date,
    proposed DateTime64(3, 'UTC'),
    -- Base64 of 16 bytes.
    salt String
)
ENGINE = {{engine:MergeTree}}
PARTITION BY day
ORDER BY (proposed, salt)
TTL day + INTERVAL 2 DAY
SETTINGS {{#disk_settings}}
    {{fsync}},
    old_parts_lifetime = 60,{{/disk_settings}}
    merge_with_ttl_timeout = 3600;
{{#cluster}}
CREATE TABLE IF NOT EXISTS salts {{on_cluster}} AS {{local:salts}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:salts}}, 0);
{{/cluster}}
