-- The time up to which rolled-up hits of each site are missing: the end of the last such UTC day, in seconds since 1970.
SELECT site, (toUInt32(max(day)) + 1) * 86400 AS seconds
FROM
(
    SELECT site, day
    FROM
    (
        SELECT toString(site) AS site, toDate(slot, 'UTC') AS day, sum(r.hits) AS came, 0 AS kept
        FROM rollups AS r
        WHERE by IN ('day', 'bot')
        GROUP BY site, day
        UNION ALL
        SELECT toString(site) AS site, toDate(time, 'UTC') AS day, 0 AS came, count() AS kept
        FROM hits
        WHERE {{covered}} AND {{counted}}
        GROUP BY site, day
    )
    GROUP BY site, day
    HAVING sum(kept) < sum(came)
)
GROUP BY site
ORDER BY site
