-- Hits of each interval and, as counts of cells by rank, its visitors: rolled-up ones, and those that are not yet. A UTC
-- month is read as one if it lies within one interval, else its days, else quarters of an hour. The first row, without a
-- time, is the sum of all intervals. Empty intervals are missing.
SELECT ifNull(start, 0) AS time, isNull(start) AS together, hits, {{ranks}} AS ranks
FROM
(
    SELECT start, sum(part_hits) AS hits, groupBitmapMergeState(part_cells) AS cells
    FROM
    (
        SELECT {{start}} AS start,
            sum(r.hits) AS part_hits, groupBitmapMergeState(r.visitors) AS part_cells
        FROM rollups AS r
        WHERE {{rolled}} AND by IN ('month', 'day', 'quarter') AND by = multiIf(
            toStartOfMonth(slot) >= fromUnixTimestamp64Milli({first:Int64})
                AND toStartOfMonth(slot) + INTERVAL 1 MONTH <= fromUnixTimestamp64Milli({end:Int64})
                AND {{month_start}} = {{month_end}},
            'month',
            toStartOfDay(slot) >= fromUnixTimestamp64Milli({first:Int64})
                AND toStartOfDay(slot) + INTERVAL 1 DAY <= fromUnixTimestamp64Milli({end:Int64})
                AND {{day_start}} = {{day_end}},
            'day',
            'quarter')
        GROUP BY start
        UNION ALL
        SELECT {{hit_start}} AS start,
            count() AS part_hits, groupBitmapState({{cell}}) AS part_cells
        FROM {{fresh}}
        GROUP BY start
    )
    GROUP BY start
    WITH ROLLUP
    SETTINGS group_by_use_nulls = 1
)
ORDER BY together DESC, time
