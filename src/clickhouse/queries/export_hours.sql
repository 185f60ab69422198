-- Hours with hits, for slices of an export.
SELECT intDiv(toUnixTimestamp64Milli(time), 3600000) AS hour, count() AS n
FROM {{hits}}
WHERE {{chosen}} AND {{known}}
GROUP BY hour
ORDER BY hour
