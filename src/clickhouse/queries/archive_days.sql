-- Hits of each site and day before a time: those that may be archived, those that are in the archive and still in the store,
-- and those that are too new in the store to be archived.
SELECT site, toString(toDate32(time)) AS day,
    countIf({{removable}} AND NOT {{archived}}) AS fresh,
    countIf({{removable}} AND {{archived}}) AS kept,
    countIf(NOT {{removable}}) AS waiting
FROM hits
WHERE {{predicate}}
GROUP BY site, day
ORDER BY day, site
