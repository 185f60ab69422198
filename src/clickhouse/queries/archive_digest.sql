-- Size and digest of a file in a bucket.
SELECT length(text) AS bytes, lower(hex(SHA256(text))) AS sha256 FROM {{file}}
