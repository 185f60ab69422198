-- Which of these steps were taken. This one is taken whenever a database is opened: it tells which are missing.
CREATE TABLE IF NOT EXISTS {{local:migrations}} {{on_cluster}}
(
    version UInt32,
    name String,
    applied_at DateTime('UTC') DEFAULT now()
)
ENGINE = {{engine:MergeTree}}
ORDER BY version
{{#disk_settings}}SETTINGS fsync_after_insert = 1, fsync_part_directory = 1{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS migrations {{on_cluster}} AS {{local:migrations}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:migrations}}, 0);
{{/cluster}}
