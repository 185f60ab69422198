-- The newest batch that is there.
SELECT toString(max(batch)) AS batch FROM hits
