-- All sites that have ever had hits, and whether so many visitors came to each. Visitors of purged hits are in the rollups.
SELECT site, toUInt8(max(came) >= {visitors:UInt8}) AS claimed
FROM
(
    SELECT site, toUInt64(uniqUpTo(3)(visitor)) AS came FROM hits GROUP BY site
    UNION ALL
    SELECT site, toUInt64(groupBitmapMergeIf(visitors, by = 'day')) AS came FROM rollups WHERE by IN ('hour', 'day') GROUP BY site
)
GROUP BY site
