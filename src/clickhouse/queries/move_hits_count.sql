SELECT count() AS rows FROM hits
