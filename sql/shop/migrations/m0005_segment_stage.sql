-- A segment's name is written for the shop's own people. What its customers are told goes by their stage.
ALTER TABLE shop.segment ADD COLUMN stage text NOT NULL DEFAULT 'occasional'
    CHECK (stage IN ('new', 'regular', 'occasional', 'lapsed'));
COMMENT ON COLUMN shop.segment.stage IS 'Where its customers stand in their life with the shop; written by profile-rebuild.';
