-- Days of sites with hits of some batches, whose rollups count fewer hits of people than are stored and rolled up.
SELECT site, toString(d.day) AS day
FROM
(
    SELECT toString(site) AS site, toDate(slot, 'UTC') AS day, sum(r.hits) AS counted, 0 AS stored
    FROM rollups AS r
    WHERE by = 'day'
    GROUP BY site, day
    UNION ALL
    SELECT toString(site) AS site, toDate(time, 'UTC') AS day, 0 AS counted, count() AS stored
    FROM hits
    WHERE bot = '' AND {{counted}} AND {{covered}} AND toDate(time, 'UTC') IN (SELECT DISTINCT toDate(time, 'UTC') FROM hits WHERE batch IN {{batches}})
    GROUP BY site, day
) AS d
GROUP BY site, d.day
HAVING sum(d.stored) > sum(d.counted)
    AND (site, d.day) IN (SELECT DISTINCT toString(site), toDate(time, 'UTC') FROM hits WHERE batch IN {{batches}})
