-- Chunks of access logs that are in `hits`. A chunk is identified by the digest of its content and of the chunks before it,
-- so a log is recognized by its content, whatever its name, compressed or not, and a log that has grown continues.
-- All chunks of logs that begin with the same line share a root.
CREATE TABLE IF NOT EXISTS {{local:imports}} {{on_cluster}}
(
    root String,
    parent String,
    digest String,
    bytes UInt64,
    -- Non-blank lines, all lines, and lines that could not be parsed.
    lines UInt64,
    line_breaks UInt64,
    failed UInt64,
    site String,
    imported_at DateTime('UTC') DEFAULT now()
)
ENGINE = {{engine:ReplacingMergeTree}}
ORDER BY (root, parent, digest)
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS imports {{on_cluster}} AS {{local:imports}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:imports}}, 0);
{{/cluster}}
