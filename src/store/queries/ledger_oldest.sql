-- The oldest batch that may not be rolled up; 0 if there is none.
SELECT toString(minIf(b.id, state = 'delivered')) AS oldest
FROM batches AS b FINAL
