-- Only watermarks: batches up to these count as being in the visits.
INSERT INTO visits (site, start, visitor, version)
SELECT '', toDateTime64(0, 3, 'UTC'), toUInt64(mark.1), mark.2
FROM (SELECT arrayJoin({{watermarks}}) AS mark)
