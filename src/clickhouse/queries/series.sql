-- Hits and visitors of each interval, including empty ones: these come from steps through the period that are short
-- enough to touch every interval, even when clocks change.
SELECT toUnixTimestamp64Milli(slot) AS time, sum(h) AS hits, sum(v) AS visitors
FROM
(
    SELECT toDateTime64(dateTrunc({interval:String}, time, {timezone:String}), 3, {timezone:String}) AS slot,
        count() AS h, uniqExact({{person}}) AS v
    FROM {{hits}}
    WHERE {{filter}}
    GROUP BY slot
    UNION ALL
    SELECT DISTINCT toDateTime64(dateTrunc({interval:String}, fromUnixTimestamp64Milli(
            least({from:Int64} + number * {step:Int64}, {to:Int64} - 1)), {timezone:String}), 3, {timezone:String}) AS slot,
        0 AS h, 0 AS v
    FROM numbers(toUInt64(intDiv({to:Int64} - {from:Int64} - 1, {step:Int64}) + 2))
)
GROUP BY slot
ORDER BY slot
