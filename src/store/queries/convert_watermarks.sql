-- All batches that are in the store are rolled up now.
INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
SELECT '@', '', toDate(0), toString(bitAnd(batch, 4194303)) AS writer, 0, toDateTime(0, 'UTC'), 0,
    bitmapBuild(emptyArrayUInt16()), 0, 0, max(batch)
FROM hits
GROUP BY writer
