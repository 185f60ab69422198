-- Hits of each hour.
SELECT intDiv(toUnixTimestamp64Milli(time), 3600000) * 3600 AS hour, count() AS hits
FROM hits
GROUP BY hour
ORDER BY hour
