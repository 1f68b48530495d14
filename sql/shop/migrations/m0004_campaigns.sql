CREATE TABLE shop.template (
    name text NOT NULL,
    version integer NOT NULL,
    locale text NOT NULL,
    subject text NOT NULL,
    text_body text NOT NULL,
    html_body text NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, version, locale)
);
COMMENT ON TABLE shop.template IS 'Message templates. A version never changes; a changed text is a new version.';

CREATE TABLE shop.campaign (
    name text PRIMARY KEY,
    template text NOT NULL,
    edition text NOT NULL DEFAULT 'week' CHECK (edition IN ('once', 'day', 'week', 'month')),
    shop_name text NOT NULL,
    sender text NOT NULL,
    unsubscribe text NOT NULL,
    items smallint NOT NULL DEFAULT 3 CHECK (items BETWEEN 1 AND 20),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE shop.campaign IS 'A series of messages.';
COMMENT ON COLUMN shop.campaign.sender IS 'The mail''s From, such as Our Shop <picks@shop.example>.';
COMMENT ON COLUMN shop.campaign.unsubscribe IS 'A link, or a mailto:, by which a customer stops it.';
COMMENT ON COLUMN shop.campaign.items IS 'Recommended items in a message.';
COMMENT ON COLUMN shop.campaign.edition IS 'How often a customer may get it: the period of the logical time names the edition.';

-- The campaign of the shipped pipeline. It is yours: change it with UPDATE.
INSERT INTO shop.campaign (name, template, shop_name, sender, unsubscribe) VALUES
    ('weekly-picks', 'weekly_picks', 'Millrace Shop', 'Millrace Shop <picks@shop.example>',
        'mailto:unsubscribe@shop.example?subject=stop%20weekly-picks');

CREATE TABLE shop.message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text NOT NULL,
    edition text NOT NULL,
    customer_id integer NOT NULL,
    template text NOT NULL,
    template_version integer NOT NULL,
    locale text NOT NULL,
    subject text,
    text_body text,
    html_body text,
    facts jsonb NOT NULL,
    problem text,
    job_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (campaign, edition, customer_id),
    CHECK ((problem IS NULL) = (subject IS NOT NULL AND text_body IS NOT NULL AND html_body IS NOT NULL))
);
COMMENT ON TABLE shop.message IS 'What each customer is to be told in an edition of a campaign, or why nothing could be written.';
COMMENT ON COLUMN shop.message.facts IS 'Every fact in the text, with where it came from.';
COMMENT ON COLUMN shop.message.problem IS 'Why there is no text: the slot that had no data. NULL when there is one.';

CREATE TABLE shop.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text NOT NULL,
    edition text NOT NULL,
    customer_id integer NOT NULL,
    channel text NOT NULL DEFAULT 'email' CHECK (channel IN ('email')),
    message_id bigint NOT NULL,
    address text NOT NULL,
    state text NOT NULL DEFAULT 'planned'
        CHECK (state IN ('planned', 'sending', 'sent', 'bounced', 'failed', 'refused', 'unknown')),
    reason text,
    attempts smallint NOT NULL DEFAULT 0,
    job_id bigint,
    epoch bigint,
    planned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    leased_at timestamptz,
    ended_at timestamptz,
    reply text,
    UNIQUE (campaign, edition, customer_id, channel),
    CHECK (state <> 'sending' OR (job_id IS NOT NULL AND epoch IS NOT NULL AND leased_at IS NOT NULL))
);
CREATE INDEX outbox_open ON shop.outbox (campaign, edition, customer_id) WHERE state IN ('planned', 'sending');
COMMENT ON TABLE shop.outbox IS 'One row per message to one customer; its key is why nothing is sent twice.';
COMMENT ON COLUMN shop.outbox.address IS 'The customer''s address when the mail was leased or refused; empty when there was none.';
COMMENT ON COLUMN shop.outbox.state IS
    'planned: to be sent. sending: passed the policy gate and is in the hands of a job, at most one mail of each job. '
    'sent: the server took it. bounced: the address was refused. failed: refused by the server for another reason, or '
    'given up after temporary errors. refused: the policy gate said no. unknown: the connection broke after the text was '
    'handed over, or the worker stopped while it was being sent; it may have arrived and is not sent again by itself.';
COMMENT ON COLUMN shop.outbox.reason IS
    'Why it was not sent, or not yet, in words that are the same for equal causes; NULL when it was.';
COMMENT ON COLUMN shop.outbox.attempts IS 'Tries that the server answered or broke off; a server that is down costs none.';
COMMENT ON COLUMN shop.outbox.reply IS 'The server''s own words, or what happened to the connection.';
COMMENT ON COLUMN shop.outbox.job_id IS 'The job that leased it last, or refused it.';
COMMENT ON COLUMN shop.outbox.epoch IS 'Epoch of the job that leased it; a job with another epoch cannot write its outcome.';
