SELECT site, countIf(bot = '') AS hits, uniqExactIf(visitor, bot = '') AS visitors,
    toUnixTimestamp64Milli(min(time)) AS first, toUnixTimestamp64Milli(max(time)) AS last
FROM hits
GROUP BY site
ORDER BY hits DESC, site
