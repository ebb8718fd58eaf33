-- The law library, and searches that staff keep.

-- One text of one law. Days as written: YYYY-MM-DD.
create table library_law (
    key text primary key,
    title text not null,
    kind text not null,
    field text,
    issuer text,
    published text,
    effective text,
    version text,
    validity text not null,
    -- The package or file that it came from: a package installed again replaces what it brought.
    source text not null
);

create table library_article (
    law text not null references library_law (key) on delete cascade,
    place bigint not null,
    number text,
    label text not null,
    heading text,
    text text not null,
    primary key (law, place)
);
create index library_article_number on library_article (law, number);

-- The library's counter is its edition: whoever made an index of an earlier one makes it anew.
insert into counter (name, next) values ('library', 1), ('saved_search', 1);

create table saved_search (
    id bigint primary key,
    account bigint not null references account (id),
    name text not null,
    -- What was asked, as in the page's address.
    query text not null,
    created_at text not null,
    unique (account, name)
);
