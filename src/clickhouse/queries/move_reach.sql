-- The table `hits` of a database: no row if it was never a store.
SELECT name
FROM system.tables
WHERE database = currentDatabase() AND name = 'hits'
