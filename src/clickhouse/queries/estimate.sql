-- How many raw hits the engine would have to read for a period, by its index alone.
EXPLAIN ESTIMATE
SELECT visitor
FROM hits
WHERE ({site:String} = '' OR site = {site:String})
    AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
