-- Inserts hits of whole days of a month, or of whole batches of a day, as one part: of a batch and a day, all hits are there
-- or none. What is already there, because an earlier move was killed, is skipped.
INSERT INTO hits ({{columns}})
SETTINGS
    insert_deduplicate = 0,
    {{one_block}}
SELECT {{columns}}
FROM {{rows}}
WHERE (batch, toDate32(time)) NOT IN (SELECT DISTINCT batch, toDate32(time) FROM hits WHERE {{predicate}})
