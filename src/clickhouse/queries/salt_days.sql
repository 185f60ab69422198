-- Days before one of which there are still salts.
SELECT DISTINCT toString(s.day) AS name
FROM salts AS s
WHERE day < {before:Date}
