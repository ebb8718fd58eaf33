-- Intake as a service: who may know of a consultation, where and by whom opinions are collected,
-- and who may sign in.

alter table consultation add column visibility text not null default 'public';
alter table consultation add column closed_at text;

insert into counter (name, next) values ('station', 1), ('collector', 1), ('account', 1), ('api_key', 1);

create table station (
    id bigint primary key,
    -- In the QR code that hangs on the wall: never changes.
    code text not null unique,
    kind text not null,
    name text not null,
    parent bigint references station (id),
    created_at text not null
);
create index station_parent on station (parent);

-- 信息员. Name and telephone are sealed; `key` is a keyed hash by which a repeated import knows them.
create table collector (
    id bigint primary key,
    code text not null unique,
    station bigint not null references station (id),
    key text not null,
    sealed bytea not null,
    created_at text not null,
    unique (station, key)
);

-- Which consent text the sender saw, and who wrote the words down for them.
alter table submission add column consent text;
alter table submission add column collector bigint references collector (id);

create table account (
    id bigint primary key,
    name text not null unique,
    role text not null,
    -- argon2id, with its salt and costs.
    password text not null,
    created_at text not null,
    failures bigint not null default 0,
    locked_until text
);

create table session (
    -- Keyed hash of what the browser holds.
    token text primary key,
    account bigint not null references account (id),
    created_at text not null,
    expires_at text not null
);

create table api_key (
    id bigint primary key,
    name text not null unique,
    role text not null,
    -- Keyed hash of the secret.
    secret text not null unique,
    created_at text not null,
    revoked_at text
);

create index job_waiting on job (kind, payload, state);
