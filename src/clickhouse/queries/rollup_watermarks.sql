-- The batch up to which hits of each writer are rolled up.
SELECT value AS writer, toString(max(r.mark)) AS last
FROM rollups AS r
WHERE by = '@'
GROUP BY value
HAVING max(r.mark) > 0
