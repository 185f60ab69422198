-- Inserts what a number of batches adds to the rollups, with a receipt, as one part: all of it is there or none.
-- `insert_deduplicate`: see `watermarks.ts`.
INSERT INTO {{into:rollups}} (by, site, month, value, key, slot, hits, visitors, first, last, mark)
SETTINGS
    {{one_block}},
    insert_deduplicate = {{insert_deduplicate}}
SELECT '@', '', toDate(0), receipt.1, 0, toDateTime(0, 'UTC'), 0, bitmapBuild(emptyArrayUInt16()), 0, 0, receipt.2
FROM (SELECT arrayJoin({{receipts}}) AS receipt)
UNION ALL
{{groups}}
