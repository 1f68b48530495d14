CREATE TABLE shop.profile_build (
    id bigint PRIMARY KEY,
    built_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    as_of timestamptz NOT NULL,
    events_read bigint NOT NULL,
    events_kept bigint NOT NULL,
    dropped jsonb NOT NULL,
    customers integer NOT NULL,
    clusters integer NOT NULL,
    silhouette double precision,
    features text[] NOT NULL
);
COMMENT ON TABLE shop.profile_build IS 'One row per profile-rebuild that ended well; its id is the job''s.';
COMMENT ON COLUMN shop.profile_build.as_of IS 'Recency counts back from here: the last event.';
COMMENT ON COLUMN shop.profile_build.dropped IS 'Events left out by the cleaning, counted by rule.';

CREATE TABLE shop.segment (
    build_id bigint NOT NULL REFERENCES shop.profile_build ON DELETE CASCADE,
    segment smallint NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    customers integer NOT NULL,
    share double precision NOT NULL,
    averages jsonb NOT NULL,
    traits jsonb NOT NULL,
    PRIMARY KEY (build_id, segment)
);
COMMENT ON TABLE shop.segment IS 'The groups of one build, the largest first, told by what sets them apart.';
COMMENT ON COLUMN shop.segment.averages IS 'Mean of each feature in the segment, in its own unit.';
COMMENT ON COLUMN shop.segment.traits IS 'Features that set it apart, strongest first: [{"feature", "z", "text"}].';

CREATE TABLE shop.profile (
    customer_id integer PRIMARY KEY,
    build_id bigint NOT NULL,
    segment smallint NOT NULL,
    orders integer NOT NULL,
    returns integer NOT NULL,
    recency_days double precision NOT NULL,
    frequency double precision NOT NULL,
    monetary double precision NOT NULL,
    price_level double precision NOT NULL,
    favourite_category text,
    category_shares jsonb NOT NULL,
    interest_shares jsonb NOT NULL DEFAULT '{}',
    peak_hour smallint NOT NULL,
    hour_of_week real[] NOT NULL,
    region text,
    first_order_at timestamptz NOT NULL,
    last_order_at timestamptz NOT NULL,
    features real[] NOT NULL
);
CREATE INDEX profile_segment ON shop.profile (segment);
COMMENT ON TABLE shop.profile IS 'One row per customer that bought something, as of the newest build. Replaced whole by each build.';
COMMENT ON COLUMN shop.profile.frequency IS 'Orders per 30 days since the first order, at least 30 days.';
COMMENT ON COLUMN shop.profile.monetary IS 'Mean value of an order, returns taken off, in the shop''s currency.';
COMMENT ON COLUMN shop.profile.price_level IS 'Mean rank of the prices paid within each item''s category: 0 cheapest, 1 dearest.';
COMMENT ON COLUMN shop.profile.returns IS 'Lines sent back or cancelled.';
COMMENT ON COLUMN shop.profile.category_shares IS 'Shares of the money spent, by category; they sum to 1.';
COMMENT ON COLUMN shop.profile.favourite_category IS 'The category with most of the money, other than ''other''.';
COMMENT ON COLUMN shop.profile.interest_shares IS
    'Shares of views, clicks (counting 2) and carts (counting 4), by category; they sum to 1, or there are none.';
COMMENT ON COLUMN shop.profile.peak_hour IS 'Hour of the day with most orders, in the customer''s time zone, UTC where unknown.';
COMMENT ON COLUMN shop.profile.hour_of_week IS
    '168 shares of the orders, Monday 00:00 first, in the customer''s time zone, UTC where unknown; they sum to 1.';
COMMENT ON COLUMN shop.profile.region IS 'The customer''s region, or country where the region is unknown.';
COMMENT ON COLUMN shop.profile.features IS 'Standardised and cut at 3 standard deviations, in the order of profile_build.features.';
