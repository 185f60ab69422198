-- The tables in the order in which they are frozen: a table that records removals comes after the tables that they affect.
SELECT name
FROM {{system:tables}}
WHERE database = {{database}} AND engine LIKE '%MergeTree' AND NOT startsWith(name, 'staged_')
ORDER BY name != 'hits', name = 'horizons', name = 'deletions', name
