-- Hits of some batches, as read back from disk.
SELECT toString(batch) AS id, count() AS hits, toUnixTimestamp64Milli(min(time)) AS first,
    toUnixTimestamp64Milli(max(time)) AS last
FROM hits
WHERE batch IN {{batches}}
GROUP BY batch
