-- Disk usage of each table.
SELECT table, sum(p.rows) AS rows, sum(p.bytes_on_disk) AS bytes
FROM {{system:parts}} AS p
WHERE active AND database = {{database}}
GROUP BY table
ORDER BY bytes DESC, table
