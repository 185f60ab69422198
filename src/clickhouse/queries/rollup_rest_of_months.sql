SELECT 'month', site, r.month, '', toUInt64(0), toDateTime(r.month, 'UTC'), sum(r.hits), groupBitmapMergeState(r.visitors),
    min(r.first), max(r.last), toUInt64(0)
FROM rollups AS r
WHERE by = 'day' AND (site, r.month) IN {{months}} AND (site, toDate(slot)) NOT IN {{days}}
GROUP BY site, r.month
