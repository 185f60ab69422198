-- Hits of people of each site, all time, and how many of them are still there one by one.
SELECT site, sum(counted) AS hits, sum(kept) AS kept
FROM
(
    SELECT site, sum(h.hits) AS counted, 0 AS kept FROM hit_counts AS h GROUP BY site
    UNION ALL
    SELECT site, 0 AS counted, count() AS kept FROM hits WHERE bot = '' GROUP BY site
)
GROUP BY site
