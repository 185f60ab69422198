SELECT *
FROM hits
WHERE {{asked}} AND time >= fromUnixTimestamp64Milli({first:Int64}) AND time < fromUnixTimestamp64Milli({end:Int64})
    AND batch >= {{oldest}} AND NOT ({{covered}})
