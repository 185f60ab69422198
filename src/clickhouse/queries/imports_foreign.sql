-- A log that was imported with another key, or without one. The bounds are those of digests with this key; forgotten ones are
-- larger than both.
SELECT root
FROM imports
WHERE root < {prefix:String} OR (root >= {end:String} AND root < 'l')
LIMIT 1
