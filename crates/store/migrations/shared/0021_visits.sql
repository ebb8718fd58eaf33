-- When somebody was last at a desk, and when before that: what came since is new to them.
create table visit (
    account text not null,
    consultation bigint not null references consultation (id),
    seen_at text not null,
    before_at text,
    primary key (account, consultation)
);
