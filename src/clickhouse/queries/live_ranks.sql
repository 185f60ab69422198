-- How many columns of each rank are set in the last-seen table of each site.
SELECT site, rank, uniqExact(column) AS columns
FROM ({{cells}})
GROUP BY site, rank
