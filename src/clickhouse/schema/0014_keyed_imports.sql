-- The program keys the digests of imported logs after this step (store/keyed-imports.ts). Earlier versions would not recognize a
-- log by keyed digests, and would count it again: this step prevents them from opening the store.
ALTER TABLE {{local:imports}} {{on_cluster}} MODIFY COLUMN root COMMENT 'has a key, which the store does not contain';
