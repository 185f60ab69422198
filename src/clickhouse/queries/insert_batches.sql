-- Inserts many batches, whose rows carry their batch ids. All of them are one block, and each month of it is one part: a
-- month of a batch is inserted whole or not at all. What is already there is skipped. Missing hits of batches that a
-- version without a ledger left undelivered get another id: see `aliasOf`.
INSERT INTO {{into:hits}} ({{columns}}, batch, position)
SETTINGS
    {{one_block}},
    max_partitions_per_insert_block = 0
SELECT {{values}}, if(r.batch IN {{unclear}}, bitXor(r.batch, {{alias}}), r.batch), r.row
FROM
(
    SELECT *, toUInt32(row_number() OVER (PARTITION BY batch ORDER BY number)) AS row
    FROM (SELECT *, rowNumberInAllBlocks() AS number FROM {{rows}})
) AS r
WHERE {{share}} AND r.batch IN {{batches}}
    AND (r.batch, toYYYYMM(r.time, 'UTC')) NOT IN
    (
        SELECT DISTINCT if(h.batch IN {{aliases}}, bitXor(h.batch, {{alias}}), h.batch), toYYYYMM(h.time, 'UTC')
        FROM hits AS h
        WHERE h.batch IN {{batches}} OR h.batch IN {{aliases}}
    )
