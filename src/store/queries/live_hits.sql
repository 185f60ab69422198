-- Hits over time for the ring of a site, or of all together, of batches up to one: by second for the last hour, by
-- minute for the last day, then by hour.
SELECT toUInt32(multiIf(
        time >= fromUnixTimestamp64Milli({now:Int64} - 3700000), time,
        time >= fromUnixTimestamp64Milli({now:Int64} - 90000000), toStartOfMinute(time),
        toStartOfHour(time))) AS second,
    toUInt64(sum(h.hits))
FROM hit_counts AS h
WHERE ({site:String} = '' OR site = {site:String}) AND time >= fromUnixTimestamp64Milli({from:Int64}) AND batch <= {until:UInt64}
GROUP BY second
