SELECT count() AS hits, uniqExact(site, visitor) AS visitors
FROM hits
WHERE {{filter}}
