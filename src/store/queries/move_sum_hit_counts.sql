-- The same of counts by hour, in which rows become one when they are old.
SELECT count() AS rows, toString(sum(cityHash64(site, hour, run, counted))) AS checksum
FROM
(
    SELECT site, toStartOfHour(time) AS hour, bitAnd(batch, 4194303) AS run, sum(hits) AS counted
    FROM hit_counts
    WHERE {{which}}
    GROUP BY site, hour, run
)
