SELECT toString({by:Identifier}) AS value, count() AS hits, uniqExact(site, visitor) AS visitors
FROM hits
WHERE {{filter}} AND value != ''
GROUP BY value
ORDER BY hits DESC, value
LIMIT {limit:UInt32}
