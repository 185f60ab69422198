-- A segment of the spool becomes rows. They are read from a file, or from the body of the request.
-- The whole segment is one block, of which each month becomes one part: a month of it is there as a whole or not at
-- all. What is there already, since a segment came before and the process died, is left out.
INSERT INTO hits
SETTINGS
    max_insert_threads = 1,
    max_threads = 1,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000,
    max_partitions_per_insert_block = 0
SELECT *, {{batch}} AS batch
FROM {{rows}}
WHERE site != '' AND toYYYYMM(time, 'UTC') NOT IN (SELECT DISTINCT toYYYYMM(time, 'UTC') FROM hits WHERE batch IN {{batches}})
