-- Runs of a program that wrote something into a table, with their rows.
SELECT bitAnd(batch, 4194303) AS run, count() AS rows
FROM {{table}}
GROUP BY run
ORDER BY run
