-- Writes hits to a Parquet file. A visitor's hits are alike, so sorting by visitor takes a third less space than by time.
-- Readers read a day's file as a whole: indexes for skipping parts of it would take a fifth of its space.
INSERT INTO FUNCTION {{file}}
SELECT {{columns}}
FROM hits
WHERE {{predicate}}
ORDER BY visitor, time, batch
SETTINGS
    output_format_parquet_compression_method = 'zstd',
    output_format_compression_level = 9,
    output_format_parquet_write_bloom_filter = 0,
    output_format_parquet_write_page_index = 0,
    output_format_parquet_string_as_string = 1,
    engine_file_truncate_on_insert = 1,
    s3_truncate_on_insert = 1,
    s3_retry_attempts = 4,
    max_threads = 2,
    max_memory_usage = 4000000000,
    max_bytes_before_external_sort = 500000000
