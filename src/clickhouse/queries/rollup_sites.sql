-- All sites with hits, those with the most first; visitors as counts of cells by rank.
SELECT site, hits, {{ranks}} AS ranks, first, last
FROM
(
    SELECT site, sum(part_hits) AS hits, groupBitmapMergeState(part_cells) AS cells,
        min(part_first) AS first, max(part_last) AS last
    FROM
    (
        SELECT site, sumIf(r.hits, by = 'day') AS part_hits, groupBitmapMergeStateIf(r.visitors, by = 'day') AS part_cells,
            min(r.first) AS part_first, max(r.last) AS part_last
        FROM rollups AS r
        WHERE by IN ('day', 'bot')
        GROUP BY site
        UNION ALL
        SELECT site, countIf(bot = '') AS part_hits, groupBitmapStateIf({{cell}}, bot = '') AS part_cells,
            toUInt64(min(toUnixTimestamp64Milli(time))) AS part_first, toUInt64(max(toUnixTimestamp64Milli(time))) AS part_last
        FROM hits
        WHERE {{counted}} AND batch >= {{oldest}} AND NOT ({{covered}})
        GROUP BY site
    )
    GROUP BY site
)
ORDER BY hits DESC, site
