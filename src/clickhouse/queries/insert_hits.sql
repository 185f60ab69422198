-- Inserts a segment of the spool. Its rows are read from a file, or from the request body.
-- The whole segment is one block, and each month of it is one part: a month is inserted whole or not at all. What is already
-- there, because a process died after an earlier delivery, is skipped.
INSERT INTO {{into:hits}} ({{columns}}, batch, position)
SETTINGS
    {{one_block}},
    max_partitions_per_insert_block = 0
SELECT {{values}}, {{batch}} AS batch, r.row
FROM {{numbered_rows}} AS r
WHERE {{share}} AND toYYYYMM(time, 'UTC') NOT IN (SELECT DISTINCT toYYYYMM(time, 'UTC') FROM hits WHERE batch IN {{batches}})
