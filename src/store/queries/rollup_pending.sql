-- Batches that are not rolled up, oldest first.
SELECT toString(batch) AS id, count() AS hits
FROM hits
WHERE batch >= {{oldest}} AND NOT ({{covered}})
GROUP BY batch
ORDER BY batch
LIMIT {{limit}}
