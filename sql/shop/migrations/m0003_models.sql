CREATE TABLE shop.model (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    job_id bigint NOT NULL UNIQUE,
    state text NOT NULL DEFAULT 'training' CHECK (state IN ('training', 'ready', 'failed')),
    served boolean NOT NULL DEFAULT false,
    parameters jsonb NOT NULL,
    customer_ids integer[] NOT NULL,
    item_ids integer[] NOT NULL,
    interactions bigint NOT NULL,
    data_from timestamptz,
    data_to timestamptz,
    metrics jsonb,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);
CREATE UNIQUE INDEX model_served ON shop.model (kind) WHERE served;
COMMENT ON TABLE shop.model IS 'Trained models; at most one of a kind is served.';
COMMENT ON COLUMN shop.model.job_id IS 'The job that planned it.';
COMMENT ON COLUMN shop.model.state IS 'A training whose jobs ended otherwise than well is marked failed when the next one is planned.';
COMMENT ON COLUMN shop.model.parameters IS
    'The training''s arguments, and the runs of blocks that make a shard: {"arguments", "user_shards", "item_shards"}.';
COMMENT ON COLUMN shop.model.metrics IS
    '{"loss"}, and for a training that holds out {"holdout": {"k", "customers", "als", "popular"}}.';
COMMENT ON COLUMN shop.model.customer_ids IS 'Customer of each row of the user factors, in order.';
COMMENT ON COLUMN shop.model.item_ids IS 'Item of each row of the item factors, in order.';

CREATE TABLE shop.interaction_block (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('user', 'item', 'bought', 'held_out')),
    block integer NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (model_id, side, block)
);
ALTER TABLE shop.interaction_block ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE shop.interaction_block IS
    'The interactions as they stood when the training was planned, in blocks of rows of fixed size: CSR, little-endian. '
    'Gone when the training has ended.';
COMMENT ON COLUMN shop.interaction_block.side IS
    'user: customers × items; item: the same by item; bought: what a customer is not recommended; held_out: what the '
    'recommendations of a measurement should hit.';

CREATE TABLE shop.factor_block (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('user', 'item')),
    iteration integer NOT NULL,
    block integer NOT NULL,
    factors bytea NOT NULL,
    gramian bytea NOT NULL,
    PRIMARY KEY (model_id, side, iteration, block)
);
ALTER TABLE shop.factor_block ALTER COLUMN factors SET STORAGE EXTERNAL;
ALTER TABLE shop.factor_block ALTER COLUMN gramian SET STORAGE EXTERNAL;
-- A training replaces its blocks twice per iteration; what is dead is made room again before the next one needs it.
ALTER TABLE shop.factor_block SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 2000,
    toast.autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE shop.factor_block IS
    'Factors of a block of rows after an iteration (row-major Float32, little-endian) and their Gramian part. A block has a '
    'fixed number of rows whatever the number of shards, so that sums run in the same order.';

CREATE TABLE shop.factor_gramian (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('user', 'item')),
    iteration integer NOT NULL,
    gramian bytea NOT NULL,
    PRIMARY KEY (model_id, side, iteration)
);
ALTER TABLE shop.factor_gramian ALTER COLUMN gramian SET STORAGE EXTERNAL;
COMMENT ON TABLE shop.factor_gramian IS
    'Sum of the Gramian parts of one side after an iteration, added in the order of the blocks when all were there.';

CREATE TABLE shop.recommendation (
    customer_id integer NOT NULL,
    rank smallint NOT NULL,
    item_id integer NOT NULL,
    score real NOT NULL,
    model_id bigint NOT NULL,
    because jsonb NOT NULL,
    PRIMARY KEY (customer_id, rank)
);
COMMENT ON TABLE shop.recommendation IS 'Best items for each customer from the served model, best first. Replaced whole with the served model.';
COMMENT ON COLUMN shop.recommendation.because IS
    'Past items that the score comes from, strongest first: [{"item_id", "share"}]; empty where nothing explains it.';

CREATE TABLE shop.recommendation_stage (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    customer_id integer NOT NULL,
    rank smallint NOT NULL,
    item_id integer NOT NULL,
    score real NOT NULL,
    because jsonb NOT NULL,
    PRIMARY KEY (model_id, customer_id, rank)
);
COMMENT ON TABLE shop.recommendation_stage IS
    'Recommendations of a model that is not served yet. They move to shop.recommendation in one transaction.';
