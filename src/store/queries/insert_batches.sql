-- Many batches become rows, which say of which they are. All of them are one block, of which each month becomes one part:
-- a month of a batch is there as a whole or not at all. What is there already is left out.
INSERT INTO hits
SETTINGS
    max_insert_threads = 1,
    max_threads = 1,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000,
    max_partitions_per_insert_block = 0
SELECT *
FROM {{rows}}
WHERE batch IN {{batches}}
    AND (batch, toYYYYMM(time, 'UTC')) NOT IN (SELECT DISTINCT batch, toYYYYMM(time, 'UTC') FROM hits WHERE batch IN {{batches}})
