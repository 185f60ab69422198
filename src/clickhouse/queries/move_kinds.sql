SELECT by, count() AS rows
FROM rollups
WHERE by != '@'
GROUP BY by
ORDER BY by
