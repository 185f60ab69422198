-- The pages on which visits begin (end 1) or end (-1), with the number of visits and of visitors. `visits.sql` defines
-- what a visit is.
SELECT visit[{end:Int8}].2 AS value, count() AS hits, uniqExact(person) AS visitors
FROM
(
    SELECT bitXor(site_hash, visitor) AS person, arraySort(groupArray((toUnixTimestamp64Milli(time), path))) AS steps
    FROM {{hits}}
    WHERE {{filter}}
    GROUP BY cityHash64(site) AS site_hash, visitor
    SETTINGS max_bytes_before_external_group_by = 500000000
)
ARRAY JOIN arraySplit((step, silence) -> silence >= 1800000, steps, arrayDifference(steps.1)) AS visit
GROUP BY value
ORDER BY hits DESC, value
LIMIT {limit:UInt32}
