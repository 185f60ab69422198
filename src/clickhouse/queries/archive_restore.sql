-- Archived hits come back, as one part: they are there as a whole or not at all. A replicated table would take what was
-- restored, archived and is restored again for a block that came twice, and leave it out (insert_deduplicate).
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
