-- Restores archived hits as one part, so all of them are there or none. Without insert_deduplicate = 0, a replicated table may
-- treat hits that are restored, archived and restored again as a duplicate block, and skip them.
INSERT INTO hits ({{columns}})
SETTINGS
    insert_deduplicate = 0,
    max_insert_threads = 1,
    max_threads = 1,
    s3_retry_attempts = 4,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000
SELECT {{columns}}
FROM {{table}} AS h
WHERE h.batch IN ({{batches}})
