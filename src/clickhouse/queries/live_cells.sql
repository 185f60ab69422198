-- The last-seen table of a site, or of all sites together.
SELECT toUInt32(rank), toUInt32(column), max(seen)
FROM ({{cells}})
WHERE {site:String} = '' OR site = {site:String}
GROUP BY rank, column
