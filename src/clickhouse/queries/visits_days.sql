-- Hits by site and by the UTC day on which their visits begin: as the visits count them, and as they are stored. Stored hits
-- belong to their own day, unless a visit that began on an earlier day has them.
SELECT d.site AS site, toString(d.day) AS day, sum(d.counted) AS counted, sum(d.stored) AS stored
FROM
(
    SELECT toString(v.site) AS site, toDate32(v.start, 'UTC') AS day, toInt64(v.hits) AS counted, toInt64(0) AS stored
    FROM visits AS v FINAL
    WHERE v.site != '' AND {{starts}}
    UNION ALL
    SELECT toString(h.site), toDate32(h.time, 'UTC') AS day, toInt64(0), toInt64(count())
    FROM hits AS h
    WHERE {{counted}} AND {{covered}} AND {{times}}
    GROUP BY h.site, day
    UNION ALL
    SELECT toString(o.site), (arrayJoin([(o.began_on, 1), (o.came_on, -1)]) AS moved).1, toInt64(0), toInt64(o.hits * moved.2)
    FROM
    (
        SELECT c.site AS site, toDate32(k.start, 'UTC') AS began_on, toDate32(c.moment, 'UTC') AS came_on, count() AS hits
        FROM
        (
            SELECT site, cityHash64(site) AS site_hash, visitor, bot != '' AS is_bot, time AS moment
            FROM hits
            WHERE {{counted}} AND {{covered}} AND (cityHash64(site), visitor) IN
                (SELECT cityHash64(v.site), v.visitor FROM visits AS v FINAL WHERE {{visits_overnight}} AND {{starts}})
        ) AS c
        ASOF INNER JOIN
        (
            SELECT cityHash64(v.site) AS site_hash, v.visitor AS visitor, v.bot != '' AS is_bot, v.start AS start, v.finish AS finish
            FROM visits AS v FINAL
            WHERE {{visits_overnight}} AND {{starts}}
        ) AS k ON c.site_hash = k.site_hash AND c.visitor = k.visitor AND c.is_bot = k.is_bot AND c.moment >= k.start
        WHERE c.moment <= k.finish AND came_on > began_on
        GROUP BY c.site, began_on, came_on
    ) AS o
) AS d
LEFT JOIN
(
    SELECT toString(h.site) AS site, max(h.before) AS before
    FROM horizons AS h
    WHERE kind IN ('hits', 'visits')
    GROUP BY site
) AS p ON d.site = p.site
WHERE {{predicate}}
GROUP BY d.site, d.day
ORDER BY d.site, d.day
