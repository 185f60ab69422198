-- All sites that have ever had hits, and whether so many visitors came to each. Hits that are rolled up are not read: a start must
-- not take longer the more hits there are.
SELECT site, toUInt8(max(came) >= {visitors:UInt8}) AS claimed
FROM
(
    SELECT site, toUInt64(uniqUpTo(3)(visitor)) AS came FROM hits
    WHERE batch >= {{oldest}} AND NOT ({{covered}})
    GROUP BY site
    UNION ALL
    SELECT site, toUInt64(groupBitmapMergeIf(visitors, by = 'day')) AS came FROM rollups
    WHERE by IN ('hour', 'day', 'bot')
    GROUP BY site
)
GROUP BY site
