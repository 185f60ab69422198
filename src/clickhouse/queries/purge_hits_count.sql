-- Hits to be purged by site, with their share of the bytes of their months.
SELECT site, sum(gone) AS rows, toUInt64(sum(gone * bytes / all)) AS bytes
FROM
(
    SELECT toString(toYYYYMM(time, 'UTC')) AS month, site, count() AS gone
    FROM hits
    WHERE {{older}} AND {{covered}}
    GROUP BY month, site
) AS old
INNER JOIN
(
    SELECT partition_id AS month, sum(rows) AS all, sum(bytes_on_disk) AS bytes
    FROM {{system:parts}}
    WHERE active AND database = {{database}} AND table = '{{local:hits}}'
    GROUP BY month
) AS months USING (month)
GROUP BY site
ORDER BY site
