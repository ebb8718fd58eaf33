-- The steps of a consultation, as they stand; the audit trail says how they came to.
create table step (
    consultation bigint not null references consultation (id),
    number bigint not null,
    name text not null,
    office text not null,
    -- The last day, in China.
    due text,
    state text not null,
    who text not null,
    note text not null,
    changed_at text not null,
    changed_by text not null,
    primary key (consultation, number)
);

-- What was done with items for other offices. Append only; an item stands as its entries say. `item`
-- is a submission, or a span of it: `S-12:30-96`.
create table transfer_entry (
    consultation bigint not null references consultation (id),
    item text not null,
    number bigint not null,
    at text not null,
    actor text not null,
    act text not null,
    words text not null,
    office text,
    sla text,
    day text,
    rating text,
    primary key (consultation, item, number)
);

-- For what came in by place: without it every text of a consultation would be read.
create index submission_station on submission (consultation, station, received_at);
