-- Up to which batch the hits of each run are rolled up.
SELECT value AS run, toString(max(r.mark)) AS last
FROM rollups AS r
WHERE by = '@'
GROUP BY value
