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
    features text[] NOT NULL,
    half_life_days double precision NOT NULL DEFAULT 90,
    horizon_days double precision NOT NULL DEFAULT 90,
    watermark pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
    cluster_id bigint,
    model jsonb,
    lifetime jsonb,
    drift jsonb,
    refreshed_at timestamptz
);
COMMENT ON TABLE shop.profile_build IS 'One row per full profile-rebuild that ended well; its id is that of the job that planned it.';
COMMENT ON COLUMN shop.profile_build.as_of IS 'Recency counts back from here: the last event.';
COMMENT ON COLUMN shop.profile_build.dropped IS 'Events left out by the cleaning, counted by rule.';
COMMENT ON COLUMN shop.profile_build.half_life_days IS 'Days after which an event counts half in an affinity.';
COMMENT ON COLUMN shop.profile_build.horizon_days IS 'Days that expected_orders and expected_value look ahead.';
COMMENT ON COLUMN shop.profile_build.watermark IS
    'The events that the profiles know of: those whose transaction this snapshot sees. Incremental rebuilds move it on.';
COMMENT ON COLUMN shop.profile_build.cluster_id IS
    'System identifier of the server, since transactions are counted anew when the data move to another one.';
COMMENT ON COLUMN shop.profile_build.model IS
    'What turns a customer''s numbers into scores: per feature mean, scale, weight, and the shares of its value bins.';
COMMENT ON COLUMN shop.profile_build.lifetime IS 'Parameters of BG/NBD and gamma-gamma, or why there are none.';
COMMENT ON COLUMN shop.profile_build.drift IS 'What has moved since the build before; NULL for the first one.';
COMMENT ON COLUMN shop.profile_build.refreshed_at IS 'When an incremental rebuild last wrote profiles of this build.';

CREATE TABLE shop.segment (
    build_id bigint NOT NULL REFERENCES shop.profile_build ON DELETE CASCADE,
    segment smallint NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    customers integer NOT NULL,
    share double precision NOT NULL,
    averages jsonb NOT NULL,
    traits jsonb NOT NULL,
    stage text NOT NULL DEFAULT 'occasional' CHECK (stage IN ('new', 'regular', 'occasional', 'lapsed')),
    identity bigint NOT NULL DEFAULT 0,
    name_zh text NOT NULL DEFAULT '',
    description_zh text NOT NULL DEFAULT '',
    parent smallint,
    centroid real[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (build_id, segment),
    UNIQUE (build_id, name)
);
COMMENT ON TABLE shop.segment IS 'The groups of one build, the largest first, told by what sets them apart.';
COMMENT ON COLUMN shop.segment.customers IS 'Kept up to date by incremental rebuilds, as is share; averages and traits are those of the full one.';
COMMENT ON COLUMN shop.segment.averages IS 'Mean of each feature in the segment, in its own unit.';
COMMENT ON COLUMN shop.segment.traits IS 'Features that set it apart, strongest first: [{"feature", "z", "text", "text_zh"}].';
COMMENT ON COLUMN shop.segment.stage IS
    'Where its customers stand in their life with the shop. The name is for the shop''s own people; what its customers are '
    'told goes by the stage.';
COMMENT ON COLUMN shop.segment.identity IS 'The same in every build in which it is the same group of customers; see shop.segment_history.';
COMMENT ON COLUMN shop.segment.parent IS 'The smallest group of shop.segment_group that it belongs to; NULL for a single segment.';
COMMENT ON COLUMN shop.segment.centroid IS 'Mean of its customers'' weighted scores, in the order of profile_build.features.';

CREATE TABLE shop.segment_group (
    build_id bigint NOT NULL REFERENCES shop.profile_build ON DELETE CASCADE,
    node smallint NOT NULL,
    parent smallint,
    level smallint NOT NULL,
    height double precision NOT NULL,
    segments smallint[] NOT NULL,
    customers integer NOT NULL,
    name text NOT NULL,
    name_zh text NOT NULL,
    PRIMARY KEY (build_id, node)
);
COMMENT ON TABLE shop.segment_group IS 'The inner nodes of the tree of segments, by Ward''s method on their centroids.';
COMMENT ON COLUMN shop.segment_group.level IS
    'Groups that are left when this one is formed, 1 for all customers. Cut at n groups, the tree has the nodes of level n '
    'and more whose parent has a lower one, and segments in none of them stand alone.';
COMMENT ON COLUMN shop.segment_group.height IS 'Ward distance at which its two parts merge.';

CREATE TABLE shop.segment_history (
    build_id bigint NOT NULL REFERENCES shop.profile_build ON DELETE CASCADE,
    identity bigint NOT NULL,
    change text NOT NULL CHECK (change IN ('new', 'kept', 'split', 'merged', 'gone')),
    segment smallint,
    name text NOT NULL,
    customers integer NOT NULL,
    previous_build_id bigint,
    previous_segment smallint,
    origin bigint,
    overlap double precision,
    shift double precision,
    PRIMARY KEY (build_id, identity)
);
COMMENT ON TABLE shop.segment_history IS 'What became of each segment in each build: one row per segment of the build and per segment that ended with it.';
COMMENT ON COLUMN shop.segment_history.change IS
    'new: not known before. kept: the same group as previous_segment. split: most of its customers came out of origin. '
    'merged: ended, most of its customers went to origin. gone: ended, its customers are scattered.';
COMMENT ON COLUMN shop.segment_history.segment IS 'Its number in the build; NULL when it ended.';
COMMENT ON COLUMN shop.segment_history.customers IS 'In this build; of one that ended, in the build before.';
COMMENT ON COLUMN shop.segment_history.overlap IS
    'Customers in both, by those in either, of the customers that both builds know: 0 to 1.';
COMMENT ON COLUMN shop.segment_history.shift IS
    'How far the mean of its customers'' scores has moved, in standard deviations per feature (root mean square).';

CREATE TABLE shop.profile (
    customer_id integer PRIMARY KEY,
    build_id bigint NOT NULL,
    segment smallint NOT NULL,
    as_of timestamptz NOT NULL DEFAULT clock_timestamp(),
    orders integer NOT NULL,
    order_days integer NOT NULL DEFAULT 1,
    returns integer NOT NULL,
    recency_days double precision NOT NULL,
    tenure_days double precision NOT NULL DEFAULT 0,
    frequency double precision NOT NULL,
    monetary double precision NOT NULL,
    repeat_value double precision,
    churn_risk double precision,
    expected_orders double precision,
    expected_value double precision,
    order_gap_mean_days double precision,
    order_gap_median_days double precision,
    sessions integer NOT NULL DEFAULT 0,
    session_minutes double precision NOT NULL DEFAULT 0,
    pieces_per_order double precision NOT NULL DEFAULT 0,
    price_level double precision NOT NULL,
    return_share double precision NOT NULL DEFAULT 0,
    looks_per_order double precision NOT NULL DEFAULT 0,
    favourite_category text,
    category_shares jsonb NOT NULL,
    interest_shares jsonb NOT NULL DEFAULT '{}',
    category_affinity jsonb NOT NULL DEFAULT '{}',
    brand_affinity jsonb NOT NULL DEFAULT '{}',
    price_affinity jsonb NOT NULL DEFAULT '{}',
    device_shares jsonb NOT NULL DEFAULT '{}',
    peak_hour smallint NOT NULL,
    hour_of_week real[] NOT NULL,
    evening_share double precision NOT NULL DEFAULT 0,
    night_share double precision NOT NULL DEFAULT 0,
    weekend_share double precision NOT NULL DEFAULT 0,
    gift_season_share double precision NOT NULL DEFAULT 0,
    region text,
    is_abroad boolean NOT NULL DEFAULT false,
    first_order_at timestamptz NOT NULL,
    last_order_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    features real[] NOT NULL
);
CREATE INDEX profile_segment ON shop.profile (segment);
COMMENT ON TABLE shop.profile IS
    'One row per customer that bought something. Replaced whole by each full build; an incremental one replaces the rows of '
    'customers with new events. Shares and affinities are rounded to four decimals.';
COMMENT ON COLUMN shop.profile.as_of IS 'What depends on the clock counts back from here: recency, tenure, frequency, churn_risk, expected_orders, expected_value.';
COMMENT ON COLUMN shop.profile.orders IS 'Purchases of one order reference, or of one UTC day where there is none.';
COMMENT ON COLUMN shop.profile.order_days IS 'Different UTC days with an order.';
COMMENT ON COLUMN shop.profile.returns IS 'Lines sent back or cancelled.';
COMMENT ON COLUMN shop.profile.recency_days IS 'Days since the last order.';
COMMENT ON COLUMN shop.profile.tenure_days IS 'Days since the first order.';
COMMENT ON COLUMN shop.profile.frequency IS 'Orders per 30 days since the first order, at least 30 days.';
COMMENT ON COLUMN shop.profile.monetary IS 'Mean value of an order, returns taken off, in the shop''s currency.';
COMMENT ON COLUMN shop.profile.repeat_value IS 'Mean money of the days with orders after the first such day; NULL without one.';
COMMENT ON COLUMN shop.profile.churn_risk IS
    'Probability that the customer has left for good, 0 to 1, by BG/NBD; where hardly anybody is seen to leave, that of no '
    'order within profile_build.horizon_days (profile_build.lifetime says which); NULL where there was too little to fit.';
COMMENT ON COLUMN shop.profile.expected_orders IS 'Expected days with an order within profile_build.horizon_days; NULL as churn_risk.';
COMMENT ON COLUMN shop.profile.expected_value IS
    'Expected money within profile_build.horizon_days, in the shop''s currency; NULL as churn_risk. How a day''s money is '
    'expected is in profile_build.lifetime.';
COMMENT ON COLUMN shop.profile.order_gap_mean_days IS 'Mean days between consecutive orders; NULL for one order.';
COMMENT ON COLUMN shop.profile.order_gap_median_days IS 'Median days between consecutive orders; NULL for one order.';
COMMENT ON COLUMN shop.profile.sessions IS 'Visits: a visit ends after 30 minutes without an event; returns are none.';
COMMENT ON COLUMN shop.profile.session_minutes IS 'Mean minutes from the first event of a visit to its last.';
COMMENT ON COLUMN shop.profile.pieces_per_order IS 'Mean pieces of an order.';
COMMENT ON COLUMN shop.profile.price_level IS 'Mean rank of the prices paid within each item''s category: 0 cheapest, 1 dearest.';
COMMENT ON COLUMN shop.profile.return_share IS 'Lines sent back, of all lines sent back or kept.';
COMMENT ON COLUMN shop.profile.looks_per_order IS 'Views, clicks and carts for each order.';
COMMENT ON COLUMN shop.profile.favourite_category IS 'The category with most of the money, other than ''other''.';
COMMENT ON COLUMN shop.profile.category_shares IS 'Shares of the money spent, by category; they sum to 1.';
COMMENT ON COLUMN shop.profile.interest_shares IS
    'Shares of views, clicks (counting 2) and carts (counting 4), by category; they sum to 1, or there are none.';
COMMENT ON COLUMN shop.profile.category_affinity IS
    'Shares by category of all signs of interest, a purchase counting 8, a cart 4, a click 2 and a view 1, each halved with '
    'every half-life since; they sum to 1.';
COMMENT ON COLUMN shop.profile.brand_affinity IS 'The same by brand, over items that have one; they sum to 1, or there are none.';
COMMENT ON COLUMN shop.profile.price_affinity IS
    'The same by fifth of the item''s category that its price lies in: lowest, low, middle, high, highest.';
COMMENT ON COLUMN shop.profile.device_shares IS 'Shares of the visits'' events by device, over events that name one.';
COMMENT ON COLUMN shop.profile.peak_hour IS 'Hour of the day with most orders, in the customer''s time zone, UTC where unknown.';
COMMENT ON COLUMN shop.profile.hour_of_week IS
    '168 shares of the orders, Monday 00:00 first, in the customer''s time zone, UTC where unknown; they sum to 1.';
COMMENT ON COLUMN shop.profile.evening_share IS 'Share of the orders from 17:00 to 21:59.';
COMMENT ON COLUMN shop.profile.night_share IS 'Share of the orders from 22:00 to 4:59.';
COMMENT ON COLUMN shop.profile.weekend_share IS 'Share of the orders on Saturdays and Sundays.';
COMMENT ON COLUMN shop.profile.gift_season_share IS 'Share of the orders from 1 November to 24 December, UTC.';
COMMENT ON COLUMN shop.profile.region IS 'The customer''s region, or country where the region is unknown.';
COMMENT ON COLUMN shop.profile.is_abroad IS 'Whether the country is another than that of most customers.';
COMMENT ON COLUMN shop.profile.last_seen_at IS 'The last event of any kind.';
COMMENT ON COLUMN shop.profile.features IS 'Standardised and cut at 3 standard deviations, in the order of profile_build.features.';

CREATE TABLE shop.profile_plan (
    build_id bigint PRIMARY KEY,
    plan jsonb NOT NULL,
    planned_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE shop.profile_plan IS 'Builds in progress whose shards are jobs of their own; gone when the build has ended.';

-- What a shard finds: a profile without what depends on the clock, on the other customers, or on the segments.
CREATE TABLE shop.profile_stage (LIKE shop.profile);
ALTER TABLE shop.profile_stage
    DROP COLUMN segment, DROP COLUMN as_of, DROP COLUMN recency_days, DROP COLUMN tenure_days, DROP COLUMN frequency,
    DROP COLUMN churn_risk, DROP COLUMN expected_orders, DROP COLUMN expected_value, DROP COLUMN features,
    ADD PRIMARY KEY (build_id, customer_id),
    ADD FOREIGN KEY (build_id) REFERENCES shop.profile_plan ON DELETE CASCADE;
COMMENT ON TABLE shop.profile_stage IS 'Rows of builds in progress, written by shards; they move to shop.profile in one transaction.';

CREATE TABLE shop.profile_refresh (
    id bigint PRIMARY KEY,
    build_id bigint NOT NULL REFERENCES shop.profile_build ON DELETE CASCADE,
    refreshed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    as_of timestamptz NOT NULL,
    events_read bigint NOT NULL,
    events_kept bigint NOT NULL,
    dropped jsonb NOT NULL,
    written integer NOT NULL,
    removed integer NOT NULL,
    moved integer NOT NULL
);
COMMENT ON TABLE shop.profile_refresh IS 'One row per incremental profile-rebuild that found customers with new events; its id is the job''s.';
COMMENT ON COLUMN shop.profile_refresh.events_read IS 'All events of those customers, old ones too, and new ones of guests.';
COMMENT ON COLUMN shop.profile_refresh.removed IS 'Customers that had a profile and have no purchase left.';
COMMENT ON COLUMN shop.profile_refresh.moved IS 'Customers that went to another segment.';
