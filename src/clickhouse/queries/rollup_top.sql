-- The values of a dimension with the most hits, by hash: from whole rolled-up days, and from hits that are not rolled up.
SELECT toString(key) AS key, sum(part_hits) AS hits
FROM
(
    SELECT r.key AS key, sum(r.hits) AS part_hits
    FROM rollups AS r
    WHERE {{rolled}} AND by = {by:String}
    GROUP BY key
    UNION ALL
    SELECT cityHash64({by:Identifier}) AS key, count() AS part_hits
    FROM {{fresh}}
    WHERE {by:Identifier} != ''
    GROUP BY key
) AS part
GROUP BY part.key
ORDER BY hits DESC, part.key
LIMIT {limit:UInt32}
