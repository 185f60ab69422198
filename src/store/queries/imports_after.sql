-- The pieces that are known to follow another.
SELECT digest, toUInt32(any(i.bytes)) AS bytes, toUInt32(any(i.lines)) AS lines
FROM imports AS i
WHERE parent = {parent:String}
GROUP BY digest
ORDER BY bytes
