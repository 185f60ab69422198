-- Records batches that are in `hits` as a whole.
INSERT INTO batches (id, kind, state, hits, first, last, revision)
SELECT batch.1, '{{kind}}', 'delivered', batch.2, fromUnixTimestamp64Milli(batch.3), fromUnixTimestamp64Milli(batch.4), 0
FROM (SELECT arrayJoin([{{batches}}]) AS batch)
