-- Hits and visitors of each interval with hits. `start`: milliseconds since 1970.
SELECT {{start}} AS start, count() AS hits, uniqExact({{person}}) AS visitors
FROM {{hits}}
WHERE {{filter}}
GROUP BY start
