SELECT toString(offset) AS offset, toString(p.end) AS end, toUInt64(last) AS last, runs
FROM stream_positions AS p
WHERE topic = {topic:String} AND partition = {partition:UInt32}
ORDER BY p.end DESC, offset DESC
LIMIT 1
