-- The last moment of the visits that start in a period, in milliseconds since 1970.
SELECT toUnixTimestamp64Milli(max(v.finish)) AS finish
FROM visits AS v
WHERE v.site = {{site}} AND v.start >= {{from}} AND v.start < {{to}}
