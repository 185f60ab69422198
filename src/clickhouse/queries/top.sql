-- If hits are equal, the value with the smaller hash comes first, as in the rollups.
SELECT toString({by:Identifier}) AS value, count() AS hits, uniqExact({{person}}) AS visitors
FROM {{hits}}
WHERE {{filter}} AND {by:Identifier} != ''
GROUP BY {by:Identifier}
ORDER BY hits DESC, cityHash64({by:Identifier})
LIMIT {limit:UInt32}
