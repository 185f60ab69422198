-- Size and duration of responses, which only access logs have; -1: not collected. Other hits take no space for them.
ALTER TABLE {{local:hits}} {{on_cluster}}
    -- Bytes, and microseconds.
    ADD COLUMN IF NOT EXISTS bytes Int64 DEFAULT -1 CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS response_time Int32 DEFAULT -1 CODEC(ZSTD);
{{#cluster}}
ALTER TABLE hits {{on_cluster}}
    ADD COLUMN IF NOT EXISTS bytes Int64 DEFAULT -1 CODEC(ZSTD),
    ADD COLUMN IF NOT EXISTS response_time Int32 DEFAULT -1 CODEC(ZSTD);
{{/cluster}}
