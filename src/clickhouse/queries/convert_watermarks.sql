-- Marks all batches in the store as rolled up.
INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
SELECT '@', '', toDate(0), toString(bitAnd(batch, 4194303)) AS writer, toUInt64(0), toDateTime(0, 'UTC'), toUInt64(0),
    bitmapBuild(emptyArrayUInt16()), toUInt64(0), toUInt64(0), max(batch)
FROM hits
GROUP BY writer
