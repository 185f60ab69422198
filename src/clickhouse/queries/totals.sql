-- A visitor of two sites counts as two. Counting one number takes a quarter of the time of a text and a number; the chance
-- that two of ten million become the same is three in a million.
SELECT count() AS hits, uniqExact({{person}}) AS visitors
FROM {{hits}}
WHERE {{filter}}
