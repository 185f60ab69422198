-- All visits, for recounts.
SELECT toString(site) AS site, toUnixTimestamp64Milli(start) AS start, toString(visitor) AS visitor,
    toUnixTimestamp64Milli(finish) AS finish, bot, entry_page, exit_page, source, pageviews, events, hits
FROM visits FINAL
WHERE site != '' AND hits > 0
ORDER BY start, visitor, site
