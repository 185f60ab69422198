-- Visits to be purged by site, with their share of the bytes.
SELECT toString(v.site) AS site, count() AS rows,
    toUInt64(rows * (
        SELECT sum(bytes_on_disk) / greatest(1, sum(rows))
        FROM {{system:parts}}
        WHERE active AND database = {{database}} AND table = '{{local:visits}}'
    )) AS bytes
FROM visits AS v FINAL
WHERE site != '' AND {{older}}
GROUP BY site
ORDER BY site
