-- A receipt alone: batches of a writer, up to one, are rolled up before they come.
INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
SELECT '@', '', toDate(0), '{{writer}}', toUInt64(0), toDateTime(0, 'UTC'), toUInt64(0), bitmapBuild(emptyArrayUInt16()), toUInt64(0),
    toUInt64(0), toUInt64({{last}})
