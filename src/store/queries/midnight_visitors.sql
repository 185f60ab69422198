-- Visitors seen lately whose visit may go on over midnight: those who were there before a moment, and when they were first
-- and last seen since half an hour before midnight. Of too many, those seen last.
SELECT visitor,
    toUInt64(toUnixTimestamp64Milli(min(time))) AS earliest,
    toUInt64(toUnixTimestamp64Milli(max(time))) AS latest
FROM hits
WHERE time >= fromUnixTimestamp64Milli({since:Int64}) AND time <= fromUnixTimestamp64Milli({now:Int64})
    AND visitor IN
    (
        SELECT visitor
        FROM hits
        WHERE time > fromUnixTimestamp64Milli({recent:Int64}) AND time <= fromUnixTimestamp64Milli({now:Int64})
    )
GROUP BY visitor
HAVING min(time) < fromUnixTimestamp64Milli({before:Int64})
ORDER BY latest DESC
LIMIT {most:UInt64}
