-- The beginnings of all intervals of a period: a walk over it in steps that are short enough to touch every one, also
-- where clocks change.
SELECT DISTINCT toUnixTimestamp64Milli(toDateTime64(dateTrunc({interval:String}, fromUnixTimestamp64Milli(
        least({from:Int64} + number * {step:Int64}, {to:Int64} - 1)), {timezone:String}), 3, {timezone:String})) AS time
FROM numbers(toUInt64(intDiv({to:Int64} - {from:Int64} - 1, {step:Int64}) + 2))
ORDER BY time
