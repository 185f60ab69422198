-- Salts of visitors that nodes which share this server propose for a UTC day (store/salts.ts); empty in a data folder. A
-- partition is a day, so that it is deleted as a whole, and its files go a minute later: nothing may name the visitors of a
-- day when 48 hours have passed since its start.
CREATE TABLE IF NOT EXISTS salts
(
    day Date,
    proposed DateTime64(3, 'UTC'),
    -- Base64 of 16 bytes.
    salt String
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (proposed, salt)
TTL day + INTERVAL 2 DAY
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 60,
    merge_with_ttl_timeout = 3600;
