-- What staff decided. Append only; undoing is an event too.
create table decision (
    consultation bigint not null references consultation (id),
    number bigint not null,
    at text not null,
    actor text not null,
    kind text not null,
    body text not null,
    primary key (consultation, number)
);

-- The last decision that a run had read, and what it learned from those before: how many units are
-- now linked to which article because of them, as JSON.
alter table triage_run add column decisions bigint not null default 0;
alter table triage_run add column learned text not null default '[]';

-- One answer to "are you content?" a receipt.
create table satisfaction (
    submission bigint primary key references submission (id),
    grade text not null,
    words text not null,
    at text not null
);
