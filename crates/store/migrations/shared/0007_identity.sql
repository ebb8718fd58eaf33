-- The keys of the vault, each wrapped by the master key, which is not in the database. What was sealed
-- before there were keys here opens with key 2.

create table vault_key (
    id bigint primary key,
    -- `hash`: what keyed hashes are made with, one for ever. `seal`: the one with the largest number
    -- seals, the others open what they sealed.
    purpose text not null,
    suite text not null,
    wrapped bytea not null,
    -- 1970 for the first ones, which are as old as the database.
    created_at text not null
);
insert into counter (name, next) values ('vault_key', 3);
