-- Inserts hits of whole days of a month, or of whole batches of a day, as one part: of a batch and a day, all hits are there
-- or none. What is already there, because an earlier move was killed, is skipped.
INSERT INTO hits ({{columns}})
SETTINGS
    insert_deduplicate = 0,
    max_insert_threads = 1,
    max_threads = 1,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000
SELECT {{columns}}
FROM {{rows}}
WHERE (batch, toDate32(time)) NOT IN (SELECT DISTINCT batch, toDate32(time) FROM hits WHERE {{which}})
