-- Hits over time for the ring of a site, or of all sites together, without those of one writer: by second for the last hour,
-- by minute for the last day, then by hour. Recent hits are counted one by one, others from the hours of the rollups.
SELECT toUInt32(multiIf(
        time >= fromUnixTimestamp64Milli({now:Int64} - 3700000), time,
        time >= fromUnixTimestamp64Milli({recent:Int64}), toStartOfMinute(time),
        toStartOfHour(time))) AS second,
    toUInt64(sum(counted))
FROM
(
    SELECT slot AS time, r.hits AS counted
    FROM rollups AS r
    WHERE by = 'hour' AND ({site:String} = '' OR site = {site:String}) AND value != {writer:String}
        AND slot >= fromUnixTimestamp64Milli({from:Int64}) AND slot < fromUnixTimestamp64Milli({recent:Int64})
    UNION ALL
    SELECT toDateTime(time, 'UTC') AS time, 1 AS counted
    FROM hits
    WHERE bot = '' AND {{counted}} AND ({site:String} = '' OR site = {site:String}) AND bitAnd(batch, 4194303) != toUInt32({writer:String})
        AND (time >= fromUnixTimestamp64Milli({recent:Int64})
            OR time >= fromUnixTimestamp64Milli({from:Int64}) AND batch >= {{oldest}} AND NOT ({{covered}}))
)
GROUP BY second
