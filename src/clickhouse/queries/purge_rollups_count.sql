-- Rollups to be purged by site, with their share of the bytes.
SELECT site, count() AS rows,
    toUInt64(rows * (
        SELECT sum(bytes_on_disk) / greatest(1, sum(rows))
        FROM {{system:parts}}
        WHERE active AND database = {{database}} AND table = '{{local:rollups}}'
    )) AS bytes
FROM rollups
WHERE by NOT IN ('@', 'hour') AND {{older}}
GROUP BY site
ORDER BY site
