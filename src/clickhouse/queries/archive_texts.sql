-- Manifests in a bucket.
SELECT _path AS path, text FROM {{files}}
