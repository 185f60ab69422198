-- The end of the last UTC day on which a site has fewer hits than arrived, in seconds since 1970; 0 if there is none. Before
-- it, some hits are missing. Hits that arrived are rolled up or pending: late hits do not make up for purged ones.
SELECT if(count() = 0, 0, (max(day) + 1) * 86400) AS seconds
FROM
(
    SELECT site, day
    FROM
    (
        SELECT site, intDiv(toUnixTimestamp(slot), 86400) AS day, sum(r.hits) AS came, 0 AS kept
        FROM rollups AS r
        WHERE {{rolled}} AND by IN ('day', 'bot')
        GROUP BY site, day
        UNION ALL
        SELECT site, intDiv(toUnixTimestamp64Milli(time), 86400000) AS day, 0 AS came, count() AS kept
        FROM {{hits}}
        WHERE ({site:String} = '' OR site = {site:String}) AND {{counted}}
            AND time >= fromUnixTimestamp64Milli({first:Int64}) AND time < fromUnixTimestamp64Milli({end:Int64})
        GROUP BY site, day
        UNION ALL
        SELECT site, intDiv(toUnixTimestamp64Milli(time), 86400000) AS day, count() AS came, 0 AS kept
        FROM hits
        WHERE ({site:String} = '' OR site = {site:String}) AND {{counted}}
            AND time >= fromUnixTimestamp64Milli({first:Int64}) AND time < fromUnixTimestamp64Milli({end:Int64})
            AND batch >= {{oldest}} AND NOT ({{covered}})
        GROUP BY site, day
    )
    GROUP BY site, day
    HAVING sum(kept) < sum(came)
)
