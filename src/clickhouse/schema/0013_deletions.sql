-- Sites that were deleted, and the deletions that a crash may have interrupted (deletion/deletion.ts). A row is written before
-- anything is deleted, and replaced when everything is.
CREATE TABLE IF NOT EXISTS {{local:deletions}} {{on_cluster}}
(
    site String,
    requested DateTime64(3, 'UTC'),
    -- The last batch of each writer whose hits of the site are deleted: later hits stay.
    writers Array(UInt32),
    lasts Array(UInt64),
    is_done UInt8
)
ENGINE = {{engine:ReplacingMergeTree, is_done}}
ORDER BY (site, requested)
{{#disk_settings}}SETTINGS
    old_parts_lifetime = 30,
    min_free_disk_bytes_to_perform_insert = 1048576,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000,
    {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS deletions {{on_cluster}} AS {{local:deletions}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:deletions}}, 0);
{{/cluster}}
