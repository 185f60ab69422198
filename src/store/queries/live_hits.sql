-- Hits over time for the rings of live state: by second for the last hour, by minute for the last day, then by hour.
SELECT site, toUInt32(toUnixTimestamp(multiIf(
        time >= fromUnixTimestamp64Milli({now:Int64} - 3700000), toDateTime(time, 'UTC'),
        time >= fromUnixTimestamp64Milli({now:Int64} - 90000000), toStartOfMinute(toDateTime(time, 'UTC')),
        toStartOfHour(toDateTime(time, 'UTC'))))) AS second,
    count() AS hits
FROM hits
WHERE bot = '' AND time >= fromUnixTimestamp64Milli({from:Int64}) AND cityHash64(site) % {slices:UInt64} = {slice:UInt64}
GROUP BY site, second
