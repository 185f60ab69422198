-- Hits of people of each site, all time, and how many of them are still stored one by one.
SELECT site, sum(counted) AS hits, sum(one_by_one) AS kept
FROM
(
    SELECT site, sum(r.hits) AS counted, 0 AS one_by_one FROM rollups AS r WHERE by = 'hour' GROUP BY site
    UNION ALL
    SELECT site, countIf(batch >= {{oldest}} AND NOT ({{covered}})) AS counted, count() AS one_by_one
    FROM hits
    WHERE bot = '' AND {{counted}}
    GROUP BY site
)
GROUP BY site
