-- Disk usage of each column of hits, and of data without a column. Small parts keep all columns in one file, so their
-- columns cannot be told apart.
WITH
    columns AS
    (
        SELECT name, column, p.rows, column_bytes_on_disk
        FROM {{system:parts_columns}} AS p
        WHERE active AND database = {{database}} AND table = '{{local:hits}}' AND part_type = 'Wide'
    ),
    parts AS
    (
        SELECT name, part_type, p.rows, bytes_on_disk
        FROM {{system:parts}} AS p
        WHERE active AND database = {{database}} AND table = '{{local:hits}}'
    )
SELECT column, sum(c.rows) AS rows, sum(c.column_bytes_on_disk) AS bytes FROM columns AS c GROUP BY column
UNION ALL
SELECT '(indexes)', sum(p.rows), sum(toInt64(p.bytes_on_disk) - of_columns)
FROM parts AS p
INNER JOIN (SELECT name, toInt64(sum(column_bytes_on_disk)) AS of_columns FROM columns GROUP BY name) AS c USING (name)
HAVING count() > 0
UNION ALL
SELECT '(small parts)', sum(p.rows), sum(p.bytes_on_disk) FROM parts AS p WHERE part_type != 'Wide' HAVING count() > 0
