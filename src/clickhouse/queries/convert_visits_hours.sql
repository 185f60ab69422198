-- Hits of each hour whose batches are rolled up.
SELECT intDiv(toUnixTimestamp64Milli(time), 3600000) * 3600 AS hour, count() AS hits
FROM hits
WHERE {{covered}}
GROUP BY hour
ORDER BY hour
