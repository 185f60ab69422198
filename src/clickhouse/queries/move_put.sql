-- Inserts rows of a table that may be copied again, or that nothing else writes meanwhile. Known blocks are not skipped:
-- the table may have been emptied since.
INSERT INTO {{table}} ({{columns}})
SETTINGS insert_deduplicate = 0
SELECT {{columns}}
FROM {{rows}}
