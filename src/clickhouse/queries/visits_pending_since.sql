-- From when on visits lack hits: the first of these hits, or the start of a visit that they may extend. In milliseconds since 1970.
SELECT count() AS times, min(time_ms) AS since
FROM
(
    SELECT toUnixTimestamp64Milli(time) AS time_ms
    FROM hits
    WHERE {{scope}}
    UNION ALL
    SELECT toUnixTimestamp64Milli(v.start) AS time_ms
    FROM visits AS v
    WHERE {{touched}}
)
