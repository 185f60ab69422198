-- How many of some hits of access logs are stored.
SELECT toUInt32(uniqExact(site, time, visitor, path, status)) AS found
FROM hits
WHERE site IN {sites:Array(String)}
    AND time IN (SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC'))
    AND has(
        arrayZip({sites:Array(String)}, {times:Array(Int64)}, {visitors:Array(UInt64)}, {paths:Array(String)}, {statuses:Array(UInt16)}),
        (toString(site), toUnixTimestamp64Milli(time), visitor, toString(path), status)
    )
