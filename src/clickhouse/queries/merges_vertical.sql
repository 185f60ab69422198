-- Running merges that take columns one after another, and how far each is: only a merge that stands still keeps its position.
SELECT table, result_part_name AS part, elapsed,
    toString((rows_read, bytes_read_uncompressed, rows_written, columns_written, progress)) AS position
FROM {{system:merges}}
WHERE database = {{database}} AND merge_algorithm = 'Vertical'
