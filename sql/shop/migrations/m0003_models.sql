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
COMMENT ON COLUMN shop.model.customer_ids IS 'Customer of each row of the user factors, in order.';
COMMENT ON COLUMN shop.model.item_ids IS 'Item of each row of the item factors, in order.';

CREATE TABLE shop.interaction_block (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('user', 'item')),
    block integer NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (model_id, side, block)
);
ALTER TABLE shop.interaction_block ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE shop.interaction_block IS
    'The interactions as they stood when the training was planned, in blocks of rows of fixed size: CSR, little-endian.';

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
COMMENT ON TABLE shop.factor_block IS
    'Factors of a block of rows after an iteration (row-major Float32, little-endian) and their Gramian part. A block has a '
    'fixed number of rows whatever the number of shards, so that sums run in the same order.';

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
