-- What was made public of a consultation, as it was then. Append only: the next one replaces it.
create table feedback_release (
    consultation bigint not null references consultation (id),
    number bigint not null,
    at text not null,
    actor text not null,
    -- SHA-256 of the body; it stands in the audit trail too.
    digest text not null,
    body text not null,
    primary key (consultation, number)
);

-- Releases that were taken back.
create table feedback_release_end (
    consultation bigint not null,
    number bigint not null,
    at text not null,
    actor text not null,
    reason text not null,
    primary key (consultation, number),
    foreign key (consultation, number) references feedback_release (consultation, number)
);

-- What staff chose for the next release, as it stands: a point left out, words that are no personal
-- data. An empty choice is one that was taken back.
create table feedback_choice (
    consultation bigint not null references consultation (id),
    item text not null,
    choice text not null,
    at text not null,
    actor text not null,
    primary key (consultation, item)
);

-- Moves on with every release and every end of one: what readers keep in memory follows from it.
insert into counter (name, next) values ('feedback_release', 1);
