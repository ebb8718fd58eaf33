-- Packages between levels: whose are believed, which were sent and received, what came in them, and
-- what became of it above.

insert into counter (name, next) values ('trusted_key', 1), ('package', 1);

-- Whose signature is believed.
create table trusted_key (
    id bigint primary key,
    -- What the organisation is called here. Several keys may be of one organisation, one after another.
    organisation text not null,
    algorithm text not null,
    -- Hexadecimal.
    public_key text not null unique,
    added_at text not null,
    added_by text not null,
    revoked_at text
);

create table package (
    id bigint primary key,
    consultation bigint not null references consultation (id),
    direction text not null,
    kind text not null,
    -- One house's submissions on one consultation; answers to them are of the same series.
    series text not null,
    version bigint not null,
    package text not null,
    -- Hash of what is in it, whenever it was made.
    content text not null,
    -- The other side. Empty: whoever is above.
    organisation text not null,
    exported_at text not null,
    at text not null,
    actor text not null,
    -- What is in it and what it did, as JSON.
    counts text not null,
    -- Its bytes lie in the data folder under this.
    sha256 text not null,
    unique (direction, kind, series, organisation, version)
);
create index package_consultation on package (consultation, id);

-- What came in packages. `reference` is its sender's name for it, by which answers find back.
create table package_submission (
    submission bigint primary key references submission (id),
    series text not null,
    reference text not null,
    -- The version of the draft that it speaks of.
    draft bigint references draft (id),
    -- When a later package left it out.
    gone_at text
);
create index package_submission_series on package_submission (series, reference);

-- What other levels decided about submissions of ours. `number` counts the answers of one of them.
create table feedback (
    submission bigint not null references submission (id),
    -- Who sent it to us.
    source text not null,
    number bigint not null,
    -- Who decided.
    organisation text not null,
    words text not null,
    place text not null,
    wording text,
    together bigint not null,
    result text not null,
    reason text not null,
    day text not null,
    primary key (submission, source, number)
);
