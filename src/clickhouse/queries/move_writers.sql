-- Writers that brought hits, and the number of their hits.
SELECT bitAnd(batch, 4194303) AS writer, count() AS rows
FROM hits
GROUP BY writer
ORDER BY writer
