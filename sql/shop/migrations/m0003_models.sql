CREATE TABLE shop.model (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('als', 'als-tuning')),
    version integer CHECK (version > 0),
    job_id bigint NOT NULL UNIQUE,
    state text NOT NULL DEFAULT 'training' CHECK (state IN ('training', 'ready', 'failed')),
    served boolean NOT NULL DEFAULT false,
    parameters jsonb NOT NULL,
    customers integer NOT NULL DEFAULT 0,
    items integer NOT NULL DEFAULT 0,
    customer_ids integer[] NOT NULL,
    item_ids integer[] NOT NULL,
    item_customers integer[] NOT NULL,
    item_seen_at timestamptz[] NOT NULL,
    interactions bigint NOT NULL,
    data_from timestamptz,
    data_to timestamptz,
    user_iteration integer,
    item_iteration integer,
    metrics jsonb,
    parent_id bigint REFERENCES shop.model ON DELETE SET NULL,
    tuning_id bigint REFERENCES shop.model ON DELETE SET NULL,
    code_version text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    served_at timestamptz,
    UNIQUE (kind, version),
    CHECK ((state = 'ready') = (version IS NOT NULL)),
    CHECK (NOT served OR (state = 'ready' AND kind = 'als'))
);
CREATE UNIQUE INDEX model_served ON shop.model (kind) WHERE served;
COMMENT ON TABLE shop.model IS 'Trained models; at most one of a kind is served.';
COMMENT ON COLUMN shop.model.kind IS 'als: a model. als-tuning: a search for settings, whose trials are in shop.tuning_trial; it is never served.';
COMMENT ON COLUMN shop.model.version IS 'Counts the models of a kind from 1, in the order in which they became ready.';
COMMENT ON COLUMN shop.model.job_id IS 'The job that planned it.';
COMMENT ON COLUMN shop.model.state IS 'A training whose jobs ended otherwise than well is marked failed when the next one is planned.';
COMMENT ON COLUMN shop.model.served IS 'Whether its recommendations are those of shop.recommendation.';
COMMENT ON COLUMN shop.model.parameters IS
    'The arguments, how the work was cut and why: {"arguments", "user_shards", "item_shards", "estimate"}.';
COMMENT ON COLUMN shop.model.customers IS 'Rows of the user factors.';
COMMENT ON COLUMN shop.model.items IS 'Rows of the item factors.';
COMMENT ON COLUMN shop.model.customer_ids IS 'Customer of each row of the user factors, in order; empty when the factors are gone.';
COMMENT ON COLUMN shop.model.item_ids IS 'Item of each row of the item factors, in order; empty when the factors are gone.';
COMMENT ON COLUMN shop.model.item_customers IS 'How many customers each of these items has in the training, in the same order.';
COMMENT ON COLUMN shop.model.item_seen_at IS 'When each of these items was first bought or looked at, in the same order.';
COMMENT ON COLUMN shop.model.user_iteration IS 'Which iteration''s user factors the model consists of; NULL until that is known.';
COMMENT ON COLUMN shop.model.item_iteration IS 'Which iteration''s item factors the model consists of.';
COMMENT ON COLUMN shop.model.metrics IS
    '{"loss"}; with early stopping {"best_iteration", "validation"}; for a training that holds out {"holdout": {"k", '
    '"customers", "als", "popular"}}.';
COMMENT ON COLUMN shop.model.parent_id IS 'The model that was served when this one was planned.';
COMMENT ON COLUMN shop.model.tuning_id IS 'The tuning that chose its settings.';
COMMENT ON COLUMN shop.model.code_version IS 'Version of the program of the worker that planned it.';

CREATE TABLE shop.model_validation (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    iteration integer NOT NULL,
    customers integer NOT NULL,
    ndcg double precision NOT NULL,
    recall double precision NOT NULL,
    hit_rate double precision NOT NULL,
    PRIMARY KEY (model_id, iteration)
);
COMMENT ON TABLE shop.model_validation IS
    'How well each iteration of a training hits the orders that were kept from it: means over customers, lists of top_n items.';

CREATE TABLE shop.tuning_trial (
    tuning_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    rung integer NOT NULL,
    trial integer NOT NULL,
    settings jsonb NOT NULL,
    iterations integer NOT NULL,
    score double precision,
    problem text,
    seconds double precision NOT NULL,
    job_id bigint NOT NULL,
    PRIMARY KEY (tuning_id, rung, trial)
);
COMMENT ON TABLE shop.tuning_trial IS 'What each trial of a tuning came to.';
COMMENT ON COLUMN shop.tuning_trial.settings IS 'The arguments that the trial set, by name.';
COMMENT ON COLUMN shop.tuning_trial.iterations IS 'How many it was allowed in this rung.';
COMMENT ON COLUMN shop.tuning_trial.score IS 'The metric at the best iteration; NULL when the trial could not be trained.';

CREATE TABLE shop.interaction_block (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    side text NOT NULL
        CHECK (side IN ('user', 'item', 'known', 'bought', 'validation', 'validation_bought', 'held_out')),
    block integer NOT NULL,
    data bytea NOT NULL,
    columns bytea NOT NULL,
    PRIMARY KEY (model_id, side, block)
);
ALTER TABLE shop.interaction_block ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE shop.interaction_block IS
    'The interactions as they stood when the training was planned, in blocks of rows of fixed size: CSR, little-endian. '
    'Gone when the training has ended.';
COMMENT ON COLUMN shop.interaction_block.side IS
    'user: customers × items; item: the same by item; known: user and what was kept for the validation; bought: what a '
    'customer is not recommended; validation: what each iteration should hit, and validation_bought what it must not list; '
    'held_out: what the recommendations of a measurement should hit.';
COMMENT ON COLUMN shop.interaction_block.columns IS 'The columns that occur, a bit for each: the factors that solving the block needs.';

CREATE TABLE shop.factor_block (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('user', 'item')),
    iteration integer NOT NULL,
    block integer NOT NULL,
    factors bytea NOT NULL,
    gramian bytea NOT NULL,
    PRIMARY KEY (model_id, side, iteration, block)
);
-- Uncompressed, so that rows can be cut out of the middle.
ALTER TABLE shop.factor_block ALTER COLUMN factors SET STORAGE EXTERNAL;
ALTER TABLE shop.factor_block ALTER COLUMN gramian SET STORAGE EXTERNAL;
-- A training replaces its blocks twice per iteration; what is dead is made room again before the next one needs it.
ALTER TABLE shop.factor_block SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 2000,
    toast.autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE shop.factor_block IS
    'Factors of a block of rows after an iteration (row-major Float32 or Float16, little-endian) and their Gramian part. A '
    'block has a fixed number of rows whatever the number of shards, so that sums run in the same order. The last finished '
    'iteration of a side stays until the next one is whole.';

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

CREATE TABLE shop.model_recommendation (
    model_id bigint NOT NULL REFERENCES shop.model ON DELETE CASCADE,
    customer_id integer NOT NULL,
    rank smallint NOT NULL,
    item_id integer NOT NULL,
    score real NOT NULL,
    origin text NOT NULL DEFAULT 'model' CHECK (origin IN ('model', 'new', 'popular', 'explored')),
    because jsonb NOT NULL,
    PRIMARY KEY (model_id, customer_id, rank)
);
COMMENT ON TABLE shop.model_recommendation IS
    'Best items for each customer, best first, of the served model, of a few before it, and of those that are being made.';
COMMENT ON COLUMN shop.model_recommendation.score IS
    'The model''s, before re-ranking moved the item; that of the place for an explored item; share of all customers for a '
    'popular one.';
COMMENT ON COLUMN shop.model_recommendation.origin IS
    'model: by the customer''s factors; new: the same, for an item that nobody has bought, with the factors of items like it; '
    'popular: the customer has no history, or it did not fill the list; explored: drawn, so that something is learned of the item.';
COMMENT ON COLUMN shop.model_recommendation.because IS
    'Past items that the score comes from, strongest first: [{"item_id", "share"}]; empty where nothing explains it.';
