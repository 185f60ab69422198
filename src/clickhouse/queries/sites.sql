-- Exact number of visitors of each site, from hits that are not purged.
SELECT site, count() AS hits, uniqExact(visitor) AS visitors
FROM hits
WHERE bot = '' AND {{counted}}
GROUP BY site
