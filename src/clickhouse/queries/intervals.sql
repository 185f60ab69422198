-- The start of each interval of a period: steps through the period that are short enough to touch every interval, even
-- when clocks change.
SELECT DISTINCT toUnixTimestamp64Milli(toDateTime64(dateTrunc({interval:String}, fromUnixTimestamp64Milli(
        least({from:Int64} + number * {step:Int64}, {to:Int64} - 1)), {timezone:String}), 3, {timezone:String})) AS time
FROM numbers(toUInt64(intDiv({to:Int64} - {from:Int64} - 1, {step:Int64}) + 2))
ORDER BY time
