-- Recent visitors whose visit may continue over midnight: those seen before a given moment, with their first and last time
-- in the half hour before midnight or recently. Hits between the two need not be read. If there are too many, those
-- seen last.
SELECT visitor,
    toUInt64(toUnixTimestamp64Milli(min(time))) AS earliest,
    toUInt64(toUnixTimestamp64Milli(max(time))) AS latest
FROM hits
WHERE time <= fromUnixTimestamp64Milli({now:Int64})
    AND (time > fromUnixTimestamp64Milli({recent:Int64})
        OR (time >= fromUnixTimestamp64Milli({since:Int64}) AND time < fromUnixTimestamp64Milli({midnight:Int64})))
GROUP BY visitor
HAVING max(time) > fromUnixTimestamp64Milli({recent:Int64}) AND min(time) < fromUnixTimestamp64Milli({before:Int64})
ORDER BY latest DESC
LIMIT {most:UInt64}
