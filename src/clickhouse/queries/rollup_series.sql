-- Hits of each interval and, as counts of cells by rank, its visitors: rolled-up ones, and those that are not yet. A UTC
-- month is read as one if it lies within one interval, else its days, else quarters of an hour. The first row, without a
-- time, is the sum of all intervals. Empty intervals are missing.
SELECT if(isNull(start), 0, toUnixTimestamp64Milli(assumeNotNull(start))) AS time, isNull(start) AS together, hits, {{ranks}} AS ranks
FROM
(
    SELECT start, sum(part_hits) AS hits, groupBitmapMergeState(part_cells) AS cells
    FROM
    (
        SELECT toDateTime64(dateTrunc({interval:String}, slot, {timezone:String}), 3, {timezone:String}) AS start,
            sum(r.hits) AS part_hits, groupBitmapMergeState(r.visitors) AS part_cells
        FROM rollups AS r
        WHERE {{rolled}} AND by IN ('month', 'day', 'quarter') AND by = multiIf(
            toStartOfMonth(slot) >= fromUnixTimestamp64Milli({first:Int64})
                AND toStartOfMonth(slot) + INTERVAL 1 MONTH <= fromUnixTimestamp64Milli({end:Int64})
                AND dateTrunc({interval:String}, toDateTime(toStartOfMonth(slot), 'UTC'), {timezone:String})
                    = dateTrunc({interval:String}, toDateTime(toStartOfMonth(slot) + INTERVAL 1 MONTH, 'UTC') - 1, {timezone:String}),
            'month',
            toStartOfDay(slot) >= fromUnixTimestamp64Milli({first:Int64})
                AND toStartOfDay(slot) + INTERVAL 1 DAY <= fromUnixTimestamp64Milli({end:Int64})
                AND dateTrunc({interval:String}, toStartOfDay(slot), {timezone:String})
                    = dateTrunc({interval:String}, toStartOfDay(slot) + INTERVAL 86399 SECOND, {timezone:String}),
            'day',
            'quarter')
        GROUP BY start
        UNION ALL
        SELECT toDateTime64(dateTrunc({interval:String}, time, {timezone:String}), 3, {timezone:String}) AS start,
            count() AS part_hits, groupBitmapState({{cell}}) AS part_cells
        FROM {{fresh}}
        GROUP BY start
    )
    GROUP BY start
    WITH ROLLUP
    SETTINGS group_by_use_nulls = 1
)
ORDER BY together DESC, time
