-- The end of the last UTC day on which a site has fewer hits than were rolled up, in seconds since 1970: before it some are
-- missing. 0 where none are. Hits that are not rolled up yet only add to those that are there.
SELECT if(count() = 0, 0, (max(day) + 1) * 86400) AS seconds
FROM
(
    SELECT site, day
    FROM
    (
        SELECT site, intDiv(toUnixTimestamp(slot), 86400) AS day, sum(r.hits) AS rolled, 0 AS kept
        FROM rollups AS r
        WHERE {{rolled}} AND by IN ('day', 'bot')
        GROUP BY site, day
        UNION ALL
        SELECT site, intDiv(toUnixTimestamp64Milli(time), 86400000) AS day, 0 AS rolled, count() AS kept
        FROM {{hits}}
        WHERE ({site:String} = '' OR site = {site:String})
            AND time >= fromUnixTimestamp64Milli({first:Int64}) AND time < fromUnixTimestamp64Milli({end:Int64})
        GROUP BY site, day
    )
    GROUP BY site, day
    HAVING sum(kept) < sum(rolled)
)
