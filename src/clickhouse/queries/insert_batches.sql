-- Many batches become rows, which say of which they are. All of them are one block, of which each month becomes one part:
-- a month of a batch is there as a whole or not at all. What is there already is left out. What is missing of batches that a
-- version without a ledger left undelivered comes under another id: see `aliasOf`.
INSERT INTO hits
SETTINGS
    max_insert_threads = 1,
    max_threads = 1,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000,
    max_partitions_per_insert_block = 0
SELECT r.* REPLACE (if(r.batch IN {{unclear}}, bitXor(r.batch, {{alias}}), r.batch) AS batch)
FROM {{rows}} AS r
WHERE r.batch IN {{batches}}
    AND (r.batch, toYYYYMM(r.time, 'UTC')) NOT IN
    (
        SELECT DISTINCT if(h.batch IN {{aliases}}, bitXor(h.batch, {{alias}}), h.batch), toYYYYMM(h.time, 'UTC')
        FROM hits AS h
        WHERE h.batch IN {{batches}} OR h.batch IN {{aliases}}
    )
