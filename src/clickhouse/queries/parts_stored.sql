-- Parts of a table: active ones, and replaced ones that are still on disk.
SELECT name, path, rows, bytes_on_disk AS bytes, active
FROM {{system:parts}}
WHERE database = {{database}} AND table = {table:String}
