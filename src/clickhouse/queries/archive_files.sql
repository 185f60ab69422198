-- Names of files in a bucket.
SELECT _path AS path FROM {{files}}
