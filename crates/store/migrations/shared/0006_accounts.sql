-- Accounts, sessions and keys in full, and tasks; nothing is public that nobody said is.

-- Until now what was imported, and what was there before visibility was, counted as public.
update consultation set visibility = 'contact_points';

alter table account add column disabled_at text;
-- Null: everywhere. Else a place with all below it, and numbers of consultations with blanks between.
alter table account add column station bigint references station (id);
alter table account add column consultations text;
-- The second factor's secret is made of this and the master key. In use once it was confirmed; a
-- step of time is used once.
alter table account add column factor_salt text;
alter table account add column factor_since text;
alter table account add column factor_step bigint not null default 0;

insert into counter (name, next) values ('session', 1), ('task', 1);
-- Whoever was signed in signs in again.
drop table session;
create table session (
    id bigint primary key,
    -- Keyed hash of what the browser holds.
    token text not null unique,
    account bigint not null references account (id),
    created_at text not null,
    expires_at text not null
);
create index session_account on session (account);

-- The name of a key that was revoked is free again.
alter table api_key rename to old_api_key;
create table api_key (
    id bigint primary key,
    name text not null,
    role text not null,
    -- Keyed hash of the secret.
    secret text not null unique,
    created_at text not null,
    revoked_at text,
    station bigint references station (id),
    consultations text
);
insert into api_key (id, name, role, secret, created_at, revoked_at)
    select id, name, role, secret, created_at, revoked_at from old_api_key;
drop table old_api_key;
create unique index api_key_name on api_key (name) where revoked_at is null;

-- What a place was asked to do for a consultation.
create table task (
    id bigint primary key,
    consultation bigint not null references consultation (id),
    station bigint not null references station (id),
    note text not null,
    -- The last day, in China.
    due text not null,
    created_at text not null,
    done_at text
);
create index task_station on task (station);
