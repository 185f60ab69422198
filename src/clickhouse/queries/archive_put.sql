-- Writes a text to a bucket.
INSERT INTO FUNCTION {{file}}
SELECT {{text}} AS text
SETTINGS s3_truncate_on_insert = 1, s3_retry_attempts = 4
