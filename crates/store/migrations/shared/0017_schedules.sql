-- Reports by the calendar, and what other platforms have to read anew.

insert into counter (name, next) values ('report_schedule', 1), ('report_file', 1), ('change', 1);

create table report_schedule (
    id bigint primary key,
    -- Null: a summary of a place. Else the report on this one.
    consultation bigint references consultation (id),
    -- The place of a summary. Null: all places.
    station bigint references station (id),
    format text not null,
    every text not null,
    -- The day in China on which it is made next.
    due text not null,
    created_at text not null,
    created_by text not null,
    ended_at text
);

create table report_file (
    id bigint primary key,
    schedule bigint not null references report_schedule (id),
    -- The day for which it was made.
    due text not null,
    title text not null,
    file_name text not null,
    bytes bigint not null,
    -- Its bytes lie in the data folder under this.
    sha256 text not null,
    made_at text not null,
    unique (schedule, due)
);

-- For what state of a consultation its rows in `feed` are.
create table feed_state (
    consultation bigint primary key references consultation (id),
    state text not null
);

-- What others read, each with the number of its last change. `item` is `S-12` or `P-3`.
create table feed (
    consultation bigint not null references consultation (id),
    item text not null,
    -- Hash of what is told. Empty: nothing any more.
    digest text not null,
    change bigint not null,
    primary key (consultation, item)
);
create index feed_change on feed (consultation, change);
