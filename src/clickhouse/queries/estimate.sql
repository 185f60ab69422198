-- Estimates from the index alone how many raw hits the engine would read for a period.
EXPLAIN ESTIMATE
SELECT visitor
FROM hits
WHERE ({site:String} = '' OR site = {site:String})
    AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
