-- A segment of the spool becomes rows. They are read from a file, or from the body of the request.
-- The whole segment is one block, so that it is inserted, and recognised when it comes again, as a whole.
INSERT INTO hits
SETTINGS
    insert_deduplication_token = {token:String},
    max_insert_threads = 1,
    max_threads = 1,
    min_insert_block_size_rows = 100000000,
    min_insert_block_size_bytes = 4000000000,
    max_partitions_per_insert_block = 0
SELECT * FROM {{rows}} WHERE site != ''
