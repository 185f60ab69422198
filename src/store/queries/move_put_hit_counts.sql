-- Counts of some whole runs of a program, as one part: of a run all are there or none. Old ones become one row an hour,
-- which has the last batch of that hour, so what is there is told by the last batch of the run, and not by batches.
INSERT INTO hit_counts ({{columns}})
SETTINGS
    insert_deduplicate = 0,
    max_insert_threads = 1,
    max_threads = 1,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000
SELECT {{columns}}
FROM (SELECT {{columns}}, bitAnd(batch, 4194303) AS run FROM {{rows}}) AS come
LEFT JOIN (SELECT bitAnd(batch, 4194303) AS run, max(batch) + 1 AS next FROM hit_counts GROUP BY run) AS there USING (run)
WHERE batch >= next
