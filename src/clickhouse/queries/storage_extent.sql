-- First and last hit, which the engine knows without reading hits.
SELECT count() AS hits, toUnixTimestamp64Milli(min(time)) AS first, toUnixTimestamp64Milli(max(time)) AS last
FROM hits
