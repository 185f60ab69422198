-- Completed steps of a conversion.
SELECT DISTINCT value FROM rollups WHERE by = '@' AND startsWith(value, 'converted')
