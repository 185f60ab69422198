-- Deletions of sites, oldest first.
SELECT site, toUnixTimestamp64Milli(requested) AS requested, writers, arrayMap(last -> toString(last), lasts) AS lasts, is_done
FROM deletions FINAL
ORDER BY requested, site
