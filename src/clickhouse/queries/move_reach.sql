-- The table `hits` of a database: no row if it was never a store.
SELECT name
FROM {{system:tables}}
WHERE database = {{database}} AND name = 'hits'
