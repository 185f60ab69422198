-- Pieces of access logs that are in `hits`. Each piece is known by the digest of its content and of the pieces before
-- it, so that a log is recognised by what it says, whatever its name, compressed or not, and a longer one continues.
-- All pieces of logs that begin with the same line share a root.
CREATE TABLE IF NOT EXISTS {{local:imports}} {{on_cluster}}
(
    root String,
    parent String,
    digest String,
    bytes UInt64,
    -- Lines that are not blank, all lines, and those that could not be read.
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
