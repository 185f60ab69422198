-- Settings of an insert whose rows are one block: of each partition one part, which is there whole or not at all.
max_insert_threads = 1,
max_threads = 1,
min_insert_block_size_rows = 100000000,
min_insert_block_size_bytes = 4000000000
