-- First and last hit of a site, or of all.
SELECT count() AS hits, toUnixTimestamp64Milli(min(time)) AS first, toUnixTimestamp64Milli(max(time)) AS last
FROM hits
WHERE {site:String} = '' OR site = {site:String}
