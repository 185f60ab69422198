-- Rows of a table that may come again, or that nobody else writes meanwhile. Not left out as blocks that were there before:
-- the table may have been emptied since.
INSERT INTO {{table}} ({{columns}})
SETTINGS insert_deduplicate = 0
SELECT {{columns}}
FROM {{rows}}
