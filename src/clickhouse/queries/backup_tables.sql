-- The tables in the order in which they are frozen: what says that something is gone after what it says it of.
SELECT name
FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
ORDER BY name != 'hits', name = 'horizons', name
