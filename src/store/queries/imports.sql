-- The pieces that are known of logs that begin with a certain line.
SELECT parent, digest, toUInt32(i.bytes) AS size, toUInt32(i.lines) AS lines, toUInt32(i.line_breaks) AS line_breaks
FROM imports AS i FINAL
WHERE root = {root:String}
