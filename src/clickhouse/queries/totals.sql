-- A visitor of two sites is two. One number is counted in a quarter of the time of a text and a number; that two of ten
-- million become the same has a chance of three in a million.
SELECT count() AS hits, uniqExact({{person}}) AS visitors
FROM {{hits}}
WHERE {{filter}}
