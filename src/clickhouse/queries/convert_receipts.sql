-- What of a conversion is done.
SELECT DISTINCT value FROM rollups WHERE by = '@' AND startsWith(value, 'converted')
