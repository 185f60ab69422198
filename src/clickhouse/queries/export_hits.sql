-- Exported hits, in order of time. What does not fit into memory is sorted on disk.
SELECT {{columns}}
FROM {{hits}}
WHERE {{chosen}} AND {{known}}
ORDER BY time, site, visitor
SETTINGS
    prefer_column_name_to_alias = 1,
    max_threads = 1,
    max_block_size = 8192,
    max_bytes_before_external_sort = 67108864,
    max_bytes_ratio_before_external_sort = 0,
    date_time_output_format = 'iso',
    output_format_csv_crlf_end_of_line = 1,
    output_format_json_escape_forward_slashes = 0,
    output_format_parquet_row_group_size = 50000,
    output_format_parquet_parallel_encoding = 0,
    output_format_parquet_compression_method = 'zstd'
