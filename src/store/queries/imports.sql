-- The pieces that are known of logs that begin with a certain line, and of those whose hits were purged the batch that had
-- brought them.
SELECT parent, digest, toUInt32(i.bytes) AS size, toUInt32(i.lines) AS lines, toUInt32(i.line_breaks) AS line_breaks,
    toString(b.id) AS purged_batch, toUInt32(b.hits) AS batch_hits
FROM imports AS i FINAL
LEFT JOIN (SELECT id, hits FROM batches FINAL WHERE state = 'purged') AS b ON i.batch = b.id
WHERE root = {root:String}
