SELECT *
FROM {{hits}}
WHERE {{asked}}
    AND (time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({first:Int64})
        OR time >= fromUnixTimestamp64Milli({end:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64}))
