-- What a database has of a store: nothing, if it was never one.
SELECT name
FROM system.tables
WHERE database = currentDatabase() AND name = 'hits'
