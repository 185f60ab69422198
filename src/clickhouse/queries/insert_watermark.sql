-- Only a receipt: batches of a writer, up to a given one, count as rolled up before they arrive.
INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
SELECT '@', '', toDate(0), '{{writer}}', toUInt64(0), toDateTime(0, 'UTC'), toUInt64(0), bitmapBuild(emptyArrayUInt16()), toUInt64(0),
    toUInt64(0), toUInt64({{last}})
