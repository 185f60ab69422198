-- Days before a given day that still have salts.
SELECT DISTINCT toString(s.day) AS name
FROM salts AS s
WHERE day < {before:Date}
