-- Writers that brought hits, and how many.
SELECT bitAnd(batch, 4194303) AS writer, count() AS rows
FROM hits
GROUP BY writer
ORDER BY writer
