-- Inserts a receipt, and what is kept in another form from before the retention cutoffs: the month of a cutoff, computed from
-- its days, and hours, from the old table.
INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
SETTINGS
    {{one_block}}
SELECT '@', '', toDate(0), '{{begun}}', toUInt64(0), toDateTime(0, 'UTC'), toUInt64(0), bitmapBuild(emptyArrayUInt16()),
    toUInt64(0), toUInt64(0), toUInt64(0)
UNION ALL
SELECT 'month', site, r.month, '', toUInt64(0), toDateTime(r.month, 'UTC'), sum(r.hits), groupBitmapMergeState(r.visitors),
    min(r.first), max(r.last), toUInt64(0)
FROM rollups AS r
WHERE by = 'day' AND toDateTime64(toLastDayOfMonth(slot), 3, 'UTC') >= {{convert_horizon}}
GROUP BY site, r.month
UNION ALL
SELECT 'hour', site, toStartOfMonth(slot), toString(bitAnd(batch, 4194303)), toUInt64(0), toStartOfHour(c.time) AS slot, sum(c.hits),
    bitmapBuild(emptyArrayUInt16()), toUInt64(toUnixTimestamp(min(c.time))) * 1000, toUInt64(toUnixTimestamp(max(c.time))) * 1000, toUInt64(0)
FROM hit_counts AS c
WHERE toDateTime64(c.time, 3, 'UTC') < {{convert_horizon}}
GROUP BY site, slot, bitAnd(batch, 4194303)
