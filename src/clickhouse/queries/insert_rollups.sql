-- Inserts what a number of batches adds to the rollups, with a receipt, as one part: all of it is there or none.
INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
SETTINGS
    max_insert_threads = 1,
    max_threads = 1,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000
SELECT '@', '', toDate(0), receipt.1, 0, toDateTime(0, 'UTC'), 0, bitmapBuild(emptyArrayUInt16()), 0, 0, receipt.2
FROM (SELECT arrayJoin({{receipts}}) AS receipt)
UNION ALL
{{groups}}
