-- Hits of people by site and UTC day, as rolled up and as stored, for days from which nothing was purged.
SELECT site, toString(toDate(d.day)) AS day, sum(d.by_day) AS by_day, sum(d.by_hour) AS by_hour, sum(d.by_quarter) AS by_quarter,
    sum(d.stored) AS stored
FROM
(
    SELECT site, toStartOfDay(slot, 'UTC') AS day, sumIf(r.hits, by = 'day') AS by_day, sumIf(r.hits, by = 'hour') AS by_hour,
        sumIf(r.hits, by = 'quarter') AS by_quarter, 0 AS stored
    FROM rollups AS r
    WHERE by IN ('day', 'hour', 'quarter')
    GROUP BY site, day
    UNION ALL
    SELECT site, toStartOfDay(toDateTime(time, 'UTC'), 'UTC') AS day, 0, 0, 0, count()
    FROM hits
    WHERE bot = '' AND {{counted}} AND {{covered}}
    GROUP BY site, day
) AS d
LEFT JOIN (SELECT site, max(h.before) AS before FROM horizons AS h WHERE kind IN ('hits', 'rollups') GROUP BY site) AS p USING (site)
WHERE d.day >= p.before
GROUP BY site, d.day
ORDER BY site, day
