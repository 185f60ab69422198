-- What is to go of rollups, by site, with its share of their bytes.
SELECT site, count() AS rows,
    toUInt64(rows * (
        SELECT sum(bytes_on_disk) / greatest(1, sum(rows))
        FROM system.parts
        WHERE active AND database = currentDatabase() AND table = 'rollups'
    )) AS bytes
FROM rollups
WHERE by NOT IN ('@', 'hour') AND {{older}}
GROUP BY site
ORDER BY site
