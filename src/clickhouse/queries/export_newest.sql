-- The newest batch in the store.
SELECT toString(max(batch)) AS batch FROM hits
