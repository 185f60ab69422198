-- First and last hit of sites, or of all sites: rolled-up hits, and hits that are not rolled up.
SELECT sum(counted) AS hits, min(earliest) AS first, max(latest) AS last
FROM
(
    SELECT sum(r.hits) AS counted, min(r.first) AS earliest, max(r.last) AS latest
    FROM rollups AS r
    WHERE by IN ('day', 'bot') AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
    HAVING counted > 0
    UNION ALL
    SELECT count() AS counted, toUInt64(toUnixTimestamp64Milli(min(time))) AS earliest,
        toUInt64(toUnixTimestamp64Milli(max(time))) AS latest
    FROM hits
    WHERE (empty({sites:Array(String)}) OR site IN {sites:Array(String)}) AND {{counted}} AND batch >= {{oldest}} AND NOT ({{covered}})
    HAVING counted > 0
)
